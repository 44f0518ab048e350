# cmake -DVERSION=X.Y.Z -DREPOSITORY=... -DOUTPUT=version.cpp -P version.cmake: writes what `coxa_version` says into a source,
# "X.Y.Z+g1a2b3c4" in a checkout, with ".dirty" where it holds changes, "X.Y.Z" where there is no git; a file that
# would stay as it is is not touched, so that nothing is built again
execute_process(
  COMMAND git -C "${REPOSITORY}" rev-parse --show-toplevel
  OUTPUT_VARIABLE checkout OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(REAL_PATH "${REPOSITORY}" repository)
if(checkout STREQUAL repository)
  execute_process(
    COMMAND git -C "${REPOSITORY}" describe --always --abbrev=7 --exclude=* --dirty=.dirty
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(commit)
    string(APPEND VERSION "+g${commit}")
  endif()
endif()
string(
  CONCAT text
  "namespace coxa::python {\nextern const char* const build_version;\n"
  "const char* const build_version = \"${VERSION}\";\n}  // namespace coxa::python\n")
set(before "")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" before)
endif()
if(NOT "${text}" STREQUAL "${before}")
  file(WRITE "${OUTPUT}" "${text}")
endif()
