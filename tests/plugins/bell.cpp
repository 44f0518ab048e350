// a valid module whose descriptor the tests alter; records whether its code runs
#include "zoo.hpp"

static const zoo::Bell bell;

extern "C" __attribute__((visibility("default"))) const coxa::PluginDescriptor coxa_plugin;
constexpr coxa::PluginDescriptor coxa_plugin =
    zoo::sound([]() -> coxa::Exercise* { return new zoo::Animal("zoo"); });
