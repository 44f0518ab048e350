#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "coxa/io/hdf5.hpp"
#include "coxa/math/error.hpp"

#include "io/hdf5_read.hpp"
#include "io/seal.hpp"

// Protects the process from damaged files, which can crash or hang HDF5.

namespace coxa {
namespace hdf5 {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWhatToDo = "restore it from a copy, or compute it again";

// larger arrays are not read in the child: HDF5 survives any content of theirs, and its filters
// verify checksums
constexpr hsize_t kMostBytes = 64 << 20;

// ---- in the child

// values of any type, as a reader of the file with another library would request them
void read_raw_attributes(hid_t object) {
  H5O_info_t info;
  ok(H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS), "list attributes");
  for (hsize_t i = 0; i < info.num_attrs; ++i) {
    const std::string doing = "read an attribute";
    const Handle attribute(
        H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT),
        H5Aclose, doing);
    const Handle type(H5Aget_type(attribute), H5Tclose, doing);
    const Handle space(H5Aget_space(attribute), H5Sclose, doing);
    const auto entries = ok(H5Sget_simple_extent_npoints(space), doing);
    std::vector<char> values(static_cast<std::size_t>(entries) * H5Tget_size(type));
    if (entries > 0) ok(H5Aread(attribute, type, values.data()), doing);
  }
}

// reads everything in the file; content that is not of coxa is rejected later
void walk(hid_t file) {
  read_raw_attributes(file);
  H5G_info_t group;
  ok(H5Gget_info(file, &group), "list the variables");
  for (hsize_t i = 0; i < group.nlinks; ++i) {
    const std::string name = name_by_index(file, i);
    const Handle object(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose, "open " + name);
    read_raw_attributes(object);
  }
  if (!is_ours(file)) return;
  read_attributes(file);
  for (const auto& [declared, array] : contents(file).variables) {
    if (H5Dget_storage_size(array) <= kMostBytes) read_values(array, declared.name);
  }
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

std::uint64_t memory_in_use() {
  unsigned long pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void limit(int resource, std::uint64_t most) {
  rlimit known{};
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &known) != 0) return;
  known.rlim_cur = std::min<rlim_t>(most, known.rlim_max);
  ::setrlimit(static_cast<__rlimit_resource>(resource), &known);
}

// 1 s, plus the time for reading uncompressed data at 50 MB/s
unsigned seconds_for(std::uint64_t bytes) { return 1 + static_cast<unsigned>(bytes / 50'000'000); }

// ends the child silently on any failure, whatever the parent's signal handlers, and limits time
// and memory
void be_expendable(std::uint64_t bytes) {
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM, SIGXCPU, SIGTERM}) {
    std::signal(number, SIG_DFL);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const Descriptor nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, seconds_for(bytes));
  ::alarm(10 * seconds_for(bytes));  // for a child that sleeps
  // sanitizers reserve terabytes of addresses
  if constexpr (!kSanitized)
    limit(RLIMIT_AS, memory_in_use() + 4 * bytes + (std::uint64_t{1} << 30));
}

constexpr char kSound = '+';

// sends kSound or the error message
[[noreturn]] void judge(const fs::path& path, std::uint64_t bytes, int answer) {
  be_expendable(bytes);
  std::string text(1, kSound);
  try {
    open_any(path, walk);
  } catch (const std::exception& error) {
    text = error.what();
  }
  ::_exit(::write(answer, text.data(), text.size()) < 0);
}

// ---- in the parent

std::string said_by_child(int answer) {
  std::string text;
  char block[4096];
  for (ssize_t n = 0; (n = ::read(answer, block, sizeof block)) != 0;) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    text.append(block, static_cast<std::size_t>(n));
  }
  return text;
}

// this thread holds HDF5 (Access), so the child finds the library in a consistent state; the child
// calls nothing that takes a lock of another thread
void read_in_child(const fs::path& path, const std::string& refusal) {
  std::error_code unknown;
  const std::uint64_t bytes = fs::file_size(path, unknown);
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) throw FileError(refusal + system_cause());
  const Descriptor answer(ends[0]);
  Descriptor question(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) throw FileError(refusal + "it cannot be checked: " + system_cause());
  if (child == 0) judge(path, bytes, question);
  ::close(question.release());

  int status = 0;
  pid_t ended = 0;
  do {
    ended = ::waitpid(child, &status, 0);
  } while (ended < 0 && errno == EINTR);
  const std::string text = said_by_child(answer);
  if (text == std::string(1, kSound)) return;
  if (!text.empty()) throw FileError(text);
  // no status if the host process lets the system reap its children
  const int number = ended == child && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  throw FileError(message(
      refusal, "it is damaged: HDF5 ",
      number == SIGXCPU || number == SIGALRM || number == SIGKILL
          ? "does not come to an end with it"
          : "crashes when it reads it",
      "; ", kWhatToDo));
}

}  // namespace

void check(const fs::path& path, Check check) {
  const std::string refusal = message("cannot read ", path, ": ");
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  require<FileError>(status.type() != fs::file_type::not_found, refusal, "there is no such file");
  require<FileError>(!error, refusal, error.message());
  require<FileError>(!fs::is_directory(status), refusal, "it is a folder");
  require<FileError>(fs::is_regular_file(status), refusal, "it is not an ordinary file");
  if (::access(path.c_str(), R_OK) != 0) throw FileError(refusal + system_cause());

  SealState seal = SealState::absent;
  if (check == Check::checksum) {
    try {
      seal = check_seal(path);
    } catch (const Failure& failure) {
      throw FileError(refusal + failure.cause);
    }
  }
  require<FileError>(
      seal != SealState::broken, refusal,
      "it is damaged: what it holds is not what was written, its checksum says; ", kWhatToDo);
  if (seal == SealState::absent) read_in_child(path, refusal);
}

}  // namespace hdf5

void check_hdf5(const std::filesystem::path& path, Check check) {
  const hdf5::Access hdf5_is_ours;
  hdf5::check(path, check);
}

}  // namespace coxa
