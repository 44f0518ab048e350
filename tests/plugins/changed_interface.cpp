// built for another interface of coxa: here so that the loader meets it as a file, as a user would
#include "zoo.hpp"

static const zoo::Bell bell;

namespace {

constexpr coxa::PluginDescriptor changed() {
  coxa::PluginDescriptor descriptor =
      zoo::sound([]() -> coxa::Exercise* { return new zoo::Animal("zoo"); });
  descriptor.interface_version = coxa::kPluginInterface - 1;
  return descriptor;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const coxa::PluginDescriptor coxa_plugin;
constexpr coxa::PluginDescriptor coxa_plugin = changed();
