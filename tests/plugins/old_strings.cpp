// built with the pre-C++11 string ABI of GCC, as some distributions still do
#define _GLIBCXX_USE_CXX11_ABI 0

#include "zoo.hpp"

static const zoo::Bell bell;

extern "C" __attribute__((visibility("default"))) const coxa::PluginDescriptor coxa_plugin;
constexpr coxa::PluginDescriptor coxa_plugin = zoo::sound(nullptr);
