#include "io/hdf5_handles.hpp"

#include <algorithm>
#include <cstdlib>

namespace coxa::hdf5 {
namespace {

std::mutex& mutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

const std::set<std::string> kReserved = {
    "CLASS",         "NAME",          "DIMENSION_LIST",      "DIMENSION_LABELS", "REFERENCE_LIST",
    "_NCProperties", "_Netcdf4Dimid", "_Netcdf4Coordinates", "_nc3_strict",      kEncoding};

Access::Access() : lock_(mutex()) {
  H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Access::~Access() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

std::string cause() {
  std::string cause;
  const auto first = [](unsigned, const H5E_error2_t* error, void* text) -> herr_t {
    auto& cause = *static_cast<std::string*>(text);
    if (cause.empty() && error->desc) cause = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first, &cause);
  // the system's message is embedded in a list of addresses and sizes
  const std::string mark = "error message = '";
  if (const auto said = cause.find(mark); said != std::string::npos) {
    const auto begin = said + mark.size();
    const auto more = cause.substr(begin, cause.find('\'', begin) - begin);
    cause = cause.substr(0, cause.find(':')) + ": " + more;
  }
  std::ranges::replace(cause, '\n', ' ');
  return cause.empty() ? "HDF5 gave no reason" : cause;
}

void end_quietly() {
  // must be registered after HDF5's own exit handler, so that it runs before it
  [[maybe_unused]] static const int registered =
      std::atexit([] { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); });
}

Handle text_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "make a text type");
  ok(H5Tset_size(type, H5T_VARIABLE), "make a text type");
  ok(H5Tset_cset(type, H5T_CSET_UTF8), "make a text type");
  return type;
}

Handle access_properties() {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "set up a file");
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
  ok(H5Pset_file_locking(access, true, true), "set up a file");
#endif
  return access;
}

}  // namespace coxa::hdf5
