// built for another interface version, so that the loader sees a real file of that kind
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
