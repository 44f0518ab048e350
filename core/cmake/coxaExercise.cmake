# coxa_add_exercise(<name> <source>...)
#
# One exercise plugin: the loadable module coxa_<name>.so, target coxa_<name>.
function(coxa_add_exercise name)
  add_library(coxa_${name} MODULE ${ARGN})
  target_link_libraries(coxa_${name} PRIVATE coxa::core)
  set_target_properties(
    coxa_${name}
    PROPERTIES PREFIX ""
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON)
  # same floating-point contraction as libcoxa
  target_compile_options(coxa_${name} PRIVATE -ffp-contract=off)
endfunction()
