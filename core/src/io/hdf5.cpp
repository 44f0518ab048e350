#include "coxa/io/hdf5.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include <fcntl.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "coxa/math/error.hpp"

// netCDF-4 conventions on HDF5: "NetCDF-4/HDF5 file format", appendix C of the netCDF documentation

namespace coxa {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormat = "coxa-1";

// the name by which netCDF knows a dimension that has no coordinate variable; its length follows,
// ten wide
constexpr const char* kPureDimension = "This is a netCDF dimension but not a netCDF variable.";

// below, an array is one block: compressing the largest arrays of a single trial (140 kB) would
// double the time that its file takes, for an eighth of its bytes
constexpr std::size_t kCompressAbove = 256 * 1024;
constexpr std::size_t kChunkBytes = 1024 * 1024;  // one chunk fits HDF5's default chunk cache
constexpr unsigned kDeflateLevel = 1;

// attributes that belong to the file format and not to the dataset
const std::set<std::string> kReserved = {
    "CLASS",         "NAME",          "DIMENSION_LIST",      "DIMENSION_LABELS", "REFERENCE_LIST",
    "_NCProperties", "_Netcdf4Dimid", "_Netcdf4Coordinates", "_nc3_strict"};

// ---- HDF5 in C++ clothes

// Something that HDF5 refused; becomes a FileError where the path is known.
struct Failure {
  std::string cause;
};

// one at a time: the library need not be thread-safe
std::mutex& hdf5_mutex() {
  static std::mutex mutex;
  return mutex;
}

// HDF5 prints its errors unless told not to; others in the process get their setting back
class Silence {
 public:
  Silence() {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Silence() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

// the innermost message on HDF5's error stack: the cause, not the chain of calls
std::string hdf5_cause() {
  std::string cause;
  const auto first = [](unsigned, const H5E_error2_t* error, void* text) -> herr_t {
    auto& cause = *static_cast<std::string*>(text);
    if (cause.empty() && error->desc) cause = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first, &cause);
  return cause.empty() ? "HDF5 gave no reason" : cause;
}

template <typename Code>
Code ok(Code code, const std::string& doing) {
  if (code < 0) throw Failure{"HDF5 failed to " + doing + ": " + hdf5_cause()};
  return code;
}

// owns one HDF5 identifier
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t), const std::string& doing)
      : id_(ok(id, doing)), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

Handle text_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "make a text type");
  ok(H5Tset_size(type, H5T_VARIABLE), "make a text type");
  ok(H5Tset_cset(type, H5T_CSET_UTF8), "make a text type");
  return type;
}

// ---- checks of what is given

bool is_utf8(const std::string& text) {
  const auto* c = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = c + text.size();
  while (c < end) {
    const int more = *c < 0x80                 ? 0
                     : *c >= 0xc2 && *c < 0xe0 ? 1
                     : *c >= 0xe0 && *c < 0xf0 ? 2
                     : *c >= 0xf0 && *c < 0xf5 ? 3
                                               : -1;
    if (more < 0 || end - c <= more) return false;
    // overlong forms, surrogates and what lies beyond Unicode show in the second byte
    if ((*c == 0xe0 && c[1] < 0xa0) || (*c == 0xed && c[1] > 0x9f) || (*c == 0xf0 && c[1] < 0x90)
        || (*c == 0xf4 && c[1] > 0x8f)) {
      return false;
    }
    for (int i = 1; i <= more; ++i) {
      if ((c[i] & 0xc0) != 0x80) return false;
    }
    c += more + 1;
  }
  return true;
}

void check_text(const std::string& text, const std::string& where) {
  require(text.find('\0') == std::string::npos, where, " holds a zero byte; text in a file cannot");
  require(is_utf8(text), where, " is not UTF-8 text");
}

void check_attributes(const Attributes& attributes, const std::string& of) {
  for (const auto& [name, value] : attributes) {
    const std::string where = message("attribute '", name, "' of ", of);
    require(
        !name.empty() && name.find('/') == std::string::npos, where,
        ": a name must have a character and no '/'");
    check_text(name, where);
    require(!kReserved.contains(name), where, ": the name is reserved by the file format");
    if (const auto* text = std::get_if<std::string>(&value)) check_text(*text, where);
  }
}

void check_dataset(const Dataset& dataset) {
  dataset.check();
  for (const Variable& v : dataset.variables) {
    check_attributes(v.attributes, message("variable '", v.name, "'"));
    const auto fill = v.attributes.find("_FillValue");
    if (fill != v.attributes.end()) {
      const auto* value = std::get_if<std::vector<std::int32_t>>(&fill->second);
      require(
          value && value->size() == 1 && std::holds_alternative<std::vector<std::int32_t>>(v.data),
          "variable '", v.name, "': only integers take the attribute _FillValue, one of them");
    }
    if (const auto* texts = std::get_if<std::vector<std::string>>(&v.data)) {
      for (const std::string& text : *texts) {
        check_text(text, message("an entry of variable '", v.name, "'"));
      }
    }
  }
  check_attributes(dataset.attributes, "the dataset");
  const auto format = dataset.attributes.find("format");
  require(
      format == dataset.attributes.end() || format->second == Attribute(std::string(kFormat)),
      "the dataset's attribute 'format' is not '", kFormat, "', the only format that is written");
}

// ---- writing

void write_attribute(hid_t object, const std::string& name, const Attribute& value) {
  const std::string doing = "write the attribute " + name;
  const auto put = [&](hid_t type, hid_t space, const void* data) {
    const Handle attribute(
        H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, doing);
    ok(H5Awrite(attribute, type, data), doing);
  };

  if (const auto* list = std::get_if<std::vector<std::int32_t>>(&value)) {
    const hsize_t size = list->size();
    const std::int32_t nothing = 0;
    put(H5T_NATIVE_INT32, Handle(H5Screate_simple(1, &size, nullptr), H5Sclose, doing),
        list->empty() ? &nothing : list->data());
    return;
  }
  const Handle scalar(H5Screate(H5S_SCALAR), H5Sclose, doing);
  if (const auto* text = std::get_if<std::string>(&value)) {
    const char* characters = text->c_str();
    put(text_type(), scalar, &characters);
  } else {
    put(H5T_NATIVE_DOUBLE, scalar, &std::get<double>(value));
  }
}

// which program made the file, in the form in which netCDF libraries look for it
void write_provenance_mark(hid_t file) {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  const std::string text =
      message("version=2,coxa=", COXA_VERSION, ",hdf5=", major, ".", minor, ".", release);
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "make a text type");
  ok(H5Tset_size(type, text.size() + 1), "make a text type");
  const Handle scalar(H5Screate(H5S_SCALAR), H5Sclose, "write _NCProperties");
  const Handle attribute(
      H5Acreate2(file, "_NCProperties", type, scalar, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
      "write _NCProperties");
  ok(H5Awrite(attribute, type, text.data()), "write _NCProperties");
}

Handle dataset_properties() {
  Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "set up a variable");
  // no time stamps, so that equal datasets give equal bytes
  ok(H5Pset_obj_track_times(properties, false), "set up a variable");
  ok(H5Pset_attr_creation_order(properties, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
     "set up a variable");
  return properties;
}

// splits an array along its leading dimensions into pieces that are read at one go
std::vector<hsize_t> chunk_of(std::vector<hsize_t> shape, std::size_t entry_bytes) {
  std::size_t bytes = entry_bytes;
  for (const hsize_t n : shape) bytes *= n;
  for (hsize_t& n : shape) {
    if (bytes <= kChunkBytes) break;
    const std::size_t row = bytes / n;
    const hsize_t rows = std::max<hsize_t>(1, kChunkBytes / row);
    bytes = row * rows;
    n = rows;
  }
  return shape;
}

void mark_scale(hid_t dataset, const std::string& scale_name, int dimension) {
  ok(H5DSset_scale(dataset, scale_name.c_str()), "make a dimension scale");
  const Handle scalar(H5Screate(H5S_SCALAR), H5Sclose, "number a dimension");
  const Handle attribute(
      H5Acreate2(dataset, "_Netcdf4Dimid", H5T_NATIVE_INT, scalar, H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose, "number a dimension");
  ok(H5Awrite(attribute, H5T_NATIVE_INT, &dimension), "number a dimension");
}

Handle write_pure_dimension(hid_t file, const std::string& name, std::size_t size, int dimension) {
  const std::string doing = "write the dimension " + name;
  const hsize_t extent = size;
  const Handle space(H5Screate_simple(1, &extent, nullptr), H5Sclose, doing);
  // never written, so it takes no room
  Handle scale(
      H5Dcreate2(
          file, name.c_str(), H5T_IEEE_F32BE, space, H5P_DEFAULT, dataset_properties(),
          H5P_DEFAULT),
      H5Dclose, doing);
  char label[128];
  std::snprintf(label, sizeof(label), "%s%10zu", kPureDimension, size);
  mark_scale(scale, label, dimension);
  return scale;
}

Handle write_variable(hid_t file, const Dataset& dataset, const Variable& variable) {
  const std::string doing = "write the variable " + variable.name;
  const bool coordinate = variable.dims.size() == 1 && variable.dims[0] == variable.name;
  std::vector<hsize_t> shape;
  std::size_t entries = 1;
  for (const std::string& dim : variable.dims) {
    shape.push_back(dataset.size(dim));
    entries *= shape.back();
  }
  const Handle space(
      shape.empty() ? H5Screate(H5S_SCALAR)
                    : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
      H5Sclose, doing);
  const Handle properties = dataset_properties();

  const auto* texts = std::get_if<std::vector<std::string>>(&variable.data);
  const auto* integers = std::get_if<std::vector<std::int32_t>>(&variable.data);
  const auto* numbers = std::get_if<std::vector<double>>(&variable.data);
  const std::size_t entry_bytes = integers ? sizeof(std::int32_t) : sizeof(double);
  if (!texts && entries * entry_bytes > kCompressAbove) {
    const std::vector<hsize_t> chunk = chunk_of(shape, entry_bytes);
    ok(H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data()), doing);
    if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0) {
      ok(H5Pset_shuffle(properties), doing);
      ok(H5Pset_deflate(properties, kDeflateLevel), doing);
    }
  }

  // conventions (CF) forbid missing values in coordinates, so they have no fill value
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const bool fills = numbers && !coordinate;
  if (fills) ok(H5Pset_fill_value(properties, H5T_NATIVE_DOUBLE, &nan), doing);
  if (const auto fill = variable.attributes.find("_FillValue"); fill != variable.attributes.end()) {
    ok(H5Pset_fill_value(
           properties, H5T_NATIVE_INT32, std::get<std::vector<std::int32_t>>(fill->second).data()),
       doing);
  }

  const Handle text = text_type();
  const hid_t type = texts ? hid_t(text) : integers ? H5T_NATIVE_INT32 : H5T_NATIVE_DOUBLE;
  Handle array(
      H5Dcreate2(file, variable.name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT),
      H5Dclose, doing);
  if (entries > 0) {
    std::vector<const char*> characters;
    if (texts) {
      for (const std::string& entry : *texts) characters.push_back(entry.c_str());
    }
    const void* data = texts      ? static_cast<const void*>(characters.data())
                       : integers ? static_cast<const void*>(integers->data())
                                  : static_cast<const void*>(numbers->data());
    ok(H5Dwrite(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), doing);
  }

  if (fills) {
    const hsize_t one = 1;
    const Handle single(H5Screate_simple(1, &one, nullptr), H5Sclose, doing);
    const Handle attribute(
        H5Acreate2(array, "_FillValue", H5T_NATIVE_DOUBLE, single, H5P_DEFAULT, H5P_DEFAULT),
        H5Aclose, doing);
    ok(H5Awrite(attribute, H5T_NATIVE_DOUBLE, &nan), doing);
  }
  for (const auto& [name, value] : variable.attributes) write_attribute(array, name, value);
  return array;
}

// the whole file as bytes: HDF5 never meets a full disk, after which it could not close what it
// opened
std::vector<char> file_image(const Dataset& dataset, const fs::path& path) {
  std::size_t bytes = 0;
  for (const Variable& v : dataset.variables) {
    bytes += 8 * std::visit([](const auto& data) { return data.size(); }, v.data);
  }
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "set up a file");
  const std::size_t growth = std::clamp<std::size_t>(bytes / 4, 1 << 16, 1 << 26);
  ok(H5Pset_fapl_core(access, growth, false), "set up a file");
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "set up a file");
  constexpr unsigned tracked = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
  ok(H5Pset_link_creation_order(creation, tracked), "set up a file");
  ok(H5Pset_attr_creation_order(creation, tracked), "set up a file");
  ok(H5Pset_obj_track_times(creation, false), "set up a file");

  const Handle file(
      H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, access), H5Fclose, "make a file");
  write_provenance_mark(file);
  Attributes attributes = dataset.attributes;
  attributes["format"] = std::string(kFormat);
  for (const auto& [name, value] : attributes) write_attribute(file, name, value);

  std::map<std::string, Handle> scales;
  std::map<std::string, int> numbers;
  for (const auto& [name, size] : dataset.dimensions) {
    const int number = static_cast<int>(numbers.size());
    numbers[name] = number;
    if (!dataset.has(name)) {
      scales.emplace(name, write_pure_dimension(file, name, size, number));
    }
  }
  std::vector<std::pair<const Variable*, Handle>> arrays;
  for (const Variable& variable : dataset.variables) {
    Handle array = write_variable(file, dataset, variable);
    if (const auto number = numbers.find(variable.name); number != numbers.end()) {
      mark_scale(array, variable.name, number->second);
      scales.emplace(variable.name, std::move(array));
    } else {
      arrays.emplace_back(&variable, std::move(array));
    }
  }
  for (const auto& [variable, array] : arrays) {
    for (std::size_t i = 0; i < variable->dims.size(); ++i) {
      ok(H5DSattach_scale(array, scales.at(variable->dims[i]), static_cast<unsigned>(i)),
         "attach the dimension " + variable->dims[i] + " to the variable " + variable->name);
    }
  }

  ok(H5Fflush(file, H5F_SCOPE_LOCAL), "finish the file");
  const ssize_t size = ok(H5Fget_file_image(file, nullptr, 0), "finish the file");
  std::vector<char> image(static_cast<std::size_t>(size));
  ok(H5Fget_file_image(file, image.data(), image.size()), "finish the file");
  return image;
}

// ---- putting a file in its place

// an open file or folder of the system
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  operator int() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

std::string system_cause() {
  const int code = errno;
  const std::string text = std::strerror(code);
  if (code == ENOSPC || code == EDQUOT) return "the disk is full (" + text + ")";
  return text;
}

// where a file is to go: links followed, known to be writable, locked if it exists
struct Target {
  fs::path path;
  fs::path folder;
  Descriptor lock;
  std::optional<mode_t> mode;
};

Target writable_target(const fs::path& path) {
  const std::string refusal = message("cannot write ", path, ": ");
  require<FileError>(!path.empty(), "cannot write a file without a name");

  Target target;
  std::error_code error;
  target.path = fs::weakly_canonical(path, error);
  require<FileError>(!error, refusal, error.message());
  target.folder = target.path.has_filename() ? target.path.parent_path() : target.path;
  if (target.folder.empty()) target.folder = ".";

  struct stat folder {};
  if (::stat(target.folder.c_str(), &folder) != 0) {
    require<FileError>(
        errno != ENOENT, refusal, "the folder ", target.folder, " does not exist; create it first");
    throw FileError(refusal + system_cause());
  }
  require<FileError>(S_ISDIR(folder.st_mode), refusal, target.folder, " is not a folder");

  struct stat file {};
  const bool exists = ::stat(target.path.c_str(), &file) == 0;
  require<FileError>(
      path.has_filename() && !(exists && S_ISDIR(file.st_mode)), refusal,
      "it is a folder; add the name of a file");
  require<FileError>(
      !exists || S_ISREG(file.st_mode), refusal,
      "it is a device, pipe or socket; name an ordinary file");
  require<FileError>(
      target.path.filename().native().size() <= NAME_MAX, refusal, "the name is too long");
  if (::access(target.folder.c_str(), W_OK | X_OK) != 0) {
    require<FileError>(
        errno != EACCES, refusal, "no permission to write in the folder ", target.folder);
    throw FileError(refusal + system_cause());
  }
  if (!exists) return target;

  target.mode = file.st_mode & 07777;
  target.lock = Descriptor(::open(target.path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (target.lock < 0) {
    require<FileError>(errno != EACCES, refusal, "no permission to replace the file");
    throw FileError(refusal + system_cause());
  }
  // HDF5 locks each file that it has open, for reading too; file systems without locks are let pass
  const bool locked = ::flock(target.lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  require<FileError>(
      !locked, refusal,
      "it is open elsewhere; close it there (a dataset or notebook that reads it), or choose "
      "another name");
  return target;
}

// a file under a temporary name, removed unless it got its real one
class Draft {
 public:
  explicit Draft(const Target& target) {
    static std::atomic<unsigned> count{0};
    do {
      path_ = target.folder / message(".coxa-", ::getpid(), "-", count++, ".part");
      file_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    } while (file_ < 0 && errno == EEXIST);
    if (file_ < 0) throw Failure{system_cause()};
  }
  ~Draft() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  void write(const std::vector<char>& bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t n = ::write(file_, bytes.data() + done, bytes.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw Failure{system_cause()};
      done += static_cast<std::size_t>(n);
    }
  }

  // on the disk, whole, before it is seen under its name
  void move_to(const Target& target) {
    if (target.mode && ::fchmod(file_, *target.mode) != 0) throw Failure{system_cause()};
    if (::fsync(file_) != 0) throw Failure{system_cause()};
    if (::close(file_.release()) != 0) throw Failure{system_cause()};
    if (::rename(path_.c_str(), target.path.c_str()) != 0) throw Failure{system_cause()};
    path_.clear();
    // the new name too; some file systems cannot, and the file itself is safe by now
    const Descriptor folder(::open(target.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder >= 0) ::fsync(folder);
  }

 private:
  fs::path path_;
  Descriptor file_;
};

// ---- reading

std::string name_by_index(hid_t file, hsize_t i) {
  const auto name = [&](char* text, std::size_t size) {
    return ok(
        H5Lget_name_by_idx(file, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, i, text, size, H5P_DEFAULT),
        "list the variables");
  };
  std::string text(static_cast<std::size_t>(name(nullptr, 0)), '\0');
  name(text.data(), text.size() + 1);
  return text;
}

std::vector<std::string> read_texts(
    hid_t type,
    hid_t space,
    std::size_t entries,
    const std::function<void(hid_t type, void* data)>& read) {
  std::vector<std::string> texts(entries);
  if (entries == 0) return texts;

  if (ok(H5Tis_variable_str(type), "read text") > 0) {
    std::vector<char*> characters(entries, nullptr);
    const Handle memory(H5Tcopy(type), H5Tclose, "read text");
    read(memory, characters.data());
    for (std::size_t i = 0; i < entries; ++i) {
      if (characters[i]) texts[i] = characters[i];
    }
    H5Dvlen_reclaim(memory, space, H5P_DEFAULT, characters.data());
    return texts;
  }

  const std::size_t width = H5Tget_size(type);
  std::vector<char> characters(entries * width);
  read(type, characters.data());
  for (std::size_t i = 0; i < entries; ++i) {
    const char* text = characters.data() + i * width;
    texts[i].assign(text, strnlen(text, width));
  }
  return texts;
}

std::size_t entries_of(hid_t space) {
  return static_cast<std::size_t>(ok(H5Sget_simple_extent_npoints(space), "read a shape"));
}

bool is_wide_integer(hid_t type) {
  return H5Tget_size(type) > 4 || (H5Tget_size(type) == 4 && H5Tget_sign(type) == H5T_SGN_NONE);
}

// reads integers as int32, or as double where one does not fit
std::variant<std::vector<double>, std::vector<std::int32_t>> read_integers(
    hid_t type, std::size_t entries, const std::function<void(hid_t type, void* data)>& read) {
  std::vector<std::int32_t> narrow(entries);
  if (!is_wide_integer(type)) {
    if (entries > 0) read(H5T_NATIVE_INT32, narrow.data());
    return narrow;
  }
  std::vector<std::int64_t> wide(entries);
  if (entries > 0) read(H5T_NATIVE_INT64, wide.data());
  const bool fits =
      std::ranges::all_of(wide, [](std::int64_t n) { return n == static_cast<std::int32_t>(n); });
  if (!fits) return std::vector<double>(wide.begin(), wide.end());
  std::ranges::transform(wide, narrow.begin(), [](auto n) { return static_cast<std::int32_t>(n); });
  return narrow;
}

Attribute read_attribute(hid_t attribute, const std::string& name) {
  const std::string doing = "read the attribute " + name;
  const Handle type(H5Aget_type(attribute), H5Tclose, doing);
  const Handle space(H5Aget_space(attribute), H5Sclose, doing);
  const std::size_t entries = entries_of(space);
  const auto read = [&](hid_t as, void* data) { ok(H5Aread(attribute, as, data), doing); };

  switch (H5Tget_class(type)) {
    case H5T_STRING: {
      const std::vector<std::string> texts = read_texts(type, space, entries, read);
      if (texts.size() <= 1) return texts.empty() ? std::string() : texts[0];
      break;
    }
    case H5T_INTEGER: {
      const auto integers = read_integers(type, entries, read);
      if (const auto* list = std::get_if<std::vector<std::int32_t>>(&integers)) return *list;
      if (entries == 1) return std::get<std::vector<double>>(integers)[0];
      break;
    }
    case H5T_FLOAT:
      if (entries == 1) {
        double value = 0;
        read(H5T_NATIVE_DOUBLE, &value);
        return value;
      }
      break;
    default: break;
  }
  throw Failure{"its attribute '" + name + "' is neither a text, a number nor a list of integers"};
}

Attributes read_attributes(hid_t object) {
  H5O_info_t info;
  ok(H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS), "list attributes");
  Attributes attributes;
  for (hsize_t i = 0; i < info.num_attrs; ++i) {
    const Handle attribute(
        H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT),
        H5Aclose, "list attributes");
    std::string name(static_cast<std::size_t>(ok(H5Aget_name(attribute, 0, nullptr), "list")), ' ');
    ok(H5Aget_name(attribute, name.size() + 1, name.data()), "list attributes");
    if (!kReserved.contains(name)) attributes[name] = read_attribute(attribute, name);
  }
  return attributes;
}

// identity of an object within its file
haddr_t address_of(hid_t object) {
  H5O_info_t info;
  ok(H5Oget_info2(object, &info, H5O_INFO_BASIC), "follow a dimension");
  return info.addr;
}

std::vector<hsize_t> shape_of(hid_t space) {
  std::vector<hsize_t> shape(
      static_cast<std::size_t>(ok(H5Sget_simple_extent_ndims(space), "read a shape")));
  if (!shape.empty()) ok(H5Sget_simple_extent_dims(space, shape.data(), nullptr), "read a shape");
  return shape;
}

void read_data(hid_t array, Variable& variable) {
  const std::string doing = "read the variable " + variable.name;
  const Handle type(H5Dget_type(array), H5Tclose, doing);
  const Handle space(H5Dget_space(array), H5Sclose, doing);
  const std::size_t entries = entries_of(space);
  const auto read = [&](hid_t as, void* data) {
    ok(H5Dread(array, as, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), doing);
  };

  switch (H5Tget_class(type)) {
    case H5T_STRING: variable.data = read_texts(type, space, entries, read); break;
    case H5T_INTEGER:
      std::visit(
          [&](auto&& list) { variable.data = std::move(list); },
          read_integers(type, entries, read));
      break;
    case H5T_FLOAT: {
      std::vector<double> numbers(entries);
      if (entries > 0) read(H5T_NATIVE_DOUBLE, numbers.data());
      variable.data = std::move(numbers);
      break;
    }
    default: throw Failure{"its variable '" + variable.name + "' holds neither numbers nor text"};
  }
}

Dataset read_variables(hid_t file) {
  struct Scale {
    std::string name;
    std::size_t size;
    int number;
  };
  std::vector<std::pair<std::string, Handle>> arrays;
  std::map<haddr_t, Scale> scales;
  std::set<std::string> pure;

  H5G_info_t group;
  ok(H5Gget_info(file, &group), "list the variables");
  for (hsize_t i = 0; i < group.nlinks; ++i) {
    const std::string name = name_by_index(file, i);
    Handle object(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose, "open the variable " + name);
    if (H5Iget_type(object) != H5I_DATASET) continue;

    const Handle space(H5Dget_space(object), H5Sclose, "read a shape");
    const std::vector<hsize_t> shape = shape_of(space);
    if (H5DSis_scale(object) > 0 && shape.size() == 1) {
      Scale scale{name, shape[0], static_cast<int>(scales.size())};
      if (H5Aexists(object, "_Netcdf4Dimid") > 0) {
        const Handle number(
            H5Aopen(object, "_Netcdf4Dimid", H5P_DEFAULT), H5Aclose, "number a dimension");
        ok(H5Aread(number, H5T_NATIVE_INT, &scale.number), "number a dimension");
      }
      char label[128] = "";
      H5DSget_scale_name(object, label, sizeof(label));
      if (std::string_view(label).starts_with(kPureDimension)) pure.insert(name);
      scales.emplace(address_of(object), scale);
    }
    arrays.emplace_back(name, std::move(object));
  }

  Dataset dataset;
  std::vector<Scale> in_order;
  for (const auto& [address, scale] : scales) in_order.push_back(scale);
  std::ranges::sort(in_order, {}, &Scale::number);
  for (const Scale& scale : in_order) dataset.add_dimension(scale.name, scale.size);

  for (const auto& [name, array] : arrays) {
    if (pure.contains(name)) continue;
    Variable variable;
    variable.name = name;
    if (scales.contains(address_of(array))) {
      variable.dims = {name};
    } else {
      const Handle space(H5Dget_space(array), H5Sclose, "read a shape");
      const std::size_t rank = shape_of(space).size();
      for (unsigned i = 0; i < rank; ++i) {
        haddr_t address = HADDR_UNDEF;
        const auto first = [](hid_t, unsigned, hid_t scale, void* found) -> herr_t {
          *static_cast<haddr_t*>(found) = address_of(scale);
          return 1;
        };
        if (H5DSget_num_scales(array, i) > 0) {
          ok(H5DSiterate_scales(array, i, nullptr, first, &address), "follow a dimension");
        }
        const auto scale = scales.find(address);
        if (scale == scales.end()) {
          throw Failure{message("dimension ", i, " of its variable '", name, "' has no name")};
        }
        variable.dims.push_back(scale->second.name);
      }
    }
    read_data(array, variable);
    variable.attributes = read_attributes(array);
    // ours for every double array, and no news to anybody
    if (std::holds_alternative<std::vector<double>>(variable.data)) {
      variable.attributes.erase("_FillValue");
    }
    dataset.add(std::move(variable));
  }
  return dataset;
}

// opens a file, checks that it is of our format, and hands it on; every failure names the path
template <typename Read>
auto reading(const fs::path& path, const Read& read) {
  const std::string refusal = message("cannot read ", path, ": ");
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  require<FileError>(status.type() != fs::file_type::not_found, refusal, "there is no such file");
  require<FileError>(!error, refusal, error.message());
  require<FileError>(!fs::is_directory(status), refusal, "it is a folder");
  require<FileError>(fs::is_regular_file(status), refusal, "it is not an ordinary file");
  if (::access(path.c_str(), R_OK) != 0) throw FileError(refusal + system_cause());

  const std::lock_guard lock(hdf5_mutex());
  const Silence silence;
  try {
    if (H5Fis_hdf5(path.c_str()) <= 0) throw Failure{"it is not an HDF5 file"};
    const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "open it");

    if (H5Aexists(file, "format") <= 0) {
      throw Failure{"it is an HDF5 file, but not one of coxa: it has no attribute 'format'"};
    }
    const Attribute stated = read_attribute(
        Handle(H5Aopen(file, "format", H5P_DEFAULT), H5Aclose, "read the format"), "format");
    const auto* format = std::get_if<std::string>(&stated);
    if (!format || *format != kFormat) {
      throw Failure{message(
          "its format is '", format ? *format : "no text", "', this version of coxa reads '",
          kFormat, "'",
          format && format->starts_with("coxa-") ? "; read it with a newer version of coxa" : "")};
    }
    return read(file, read_attributes(file));
  } catch (const Failure& failure) {
    throw FileError(refusal + failure.cause);
  } catch (const InvalidArgument& contradiction) {
    throw FileError(refusal + contradiction.what());
  } catch (const std::bad_alloc&) {
    throw FileError(refusal + "it claims more data than there is memory; it may be damaged");
  } catch (const std::length_error&) {
    throw FileError(refusal + "it claims more data than there is memory; it may be damaged");
  }
}

}  // namespace

void write_hdf5(const Dataset& dataset, const fs::path& path) {
  check_dataset(dataset);
  const Target target = writable_target(path);
  try {
    Draft draft(target);
    {
      const std::lock_guard lock(hdf5_mutex());
      const Silence silence;
      draft.write(file_image(dataset, target.path));
    }
    draft.move_to(target);
  } catch (const Failure& failure) {
    throw FileError(message("cannot write ", path, ": ", failure.cause));
  }
}

void check_hdf5_target(const fs::path& path) { writable_target(path); }

Dataset read_hdf5(const fs::path& path) {
  return reading(path, [](hid_t file, Attributes attributes) {
    Dataset dataset = read_variables(file);
    dataset.attributes = std::move(attributes);
    return dataset;
  });
}

Attributes read_hdf5_attributes(const fs::path& path) {
  return reading(path, [](hid_t, Attributes attributes) { return attributes; });
}

}  // namespace coxa
