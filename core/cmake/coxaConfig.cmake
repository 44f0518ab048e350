# find_package(coxa) gives the target coxa::core and the function coxa_add_exercise.
include(CMakeFindDependencyMacro)
find_dependency(Eigen3 3.4 NO_MODULE)
find_dependency(Threads)

include("${CMAKE_CURRENT_LIST_DIR}/coxaTargets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/coxaExercise.cmake")
