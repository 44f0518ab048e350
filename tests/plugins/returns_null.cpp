#include "zoo.hpp"

extern "C" __attribute__((visibility("default"))) const coxa::PluginDescriptor coxa_plugin;
constexpr coxa::PluginDescriptor coxa_plugin =
    zoo::sound([]() -> coxa::Exercise* { return nullptr; });
