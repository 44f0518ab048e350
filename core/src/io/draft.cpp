#include "io/draft.hpp"

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "coxa/math/error.hpp"

namespace coxa {

namespace fs = std::filesystem;

std::string system_cause() {
  const int code = errno;
  const std::string text = std::strerror(code);
  if (code == ENOSPC || code == EDQUOT) return "the disk is full (" + text + ")";
  return text;
}
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
  // HDF5 locks every file it has open, also for reading; file systems without locks pass
  const bool locked = ::flock(target.lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  require<FileError>(
      !locked, refusal,
      "it is open elsewhere; close it there (a dataset or notebook that reads it), or choose "
      "another name");
  return target;
}
Draft::Draft(const Target& target) {
  static std::atomic<unsigned> count{0};
  do {
    path_ = target.folder / message(".coxa-", ::getpid(), "-", count++, ".part");
    file_ = Descriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  } while (file_ < 0 && errno == EEXIST);
  if (file_ < 0) throw Failure{system_cause()};
}

Draft::~Draft() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

void Draft::reserve(std::uint64_t bytes) {
  if (bytes <= reserved_) return;

  rlimit most{};
  if (::getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY
      && bytes > most.rlim_cur) {
    throw Failure{message(
        std::strerror(EFBIG), ": it needs ", bytes, " bytes, and no file of this process may have ",
        "more than ", most.rlim_cur, " (ulimit -f)")};
  }

  const auto from = static_cast<off_t>(reserved_), more = static_cast<off_t>(bytes - reserved_);
  int code = 0;
  do {
    code = ::fallocate(file_, FALLOC_FL_KEEP_SIZE, from, more) == 0 ? 0 : errno;
  } while (code == EINTR);
  // file systems without fallocate: write zeros instead
  if (code == EOPNOTSUPP || code == ENOSYS) {
    do {
      code = ::posix_fallocate(file_, from, more);
    } while (code == EINTR);
  }

  struct statvfs disk {};
  struct stat own {};
  if ((code == ENOSPC || code == EDQUOT) && ::fstatvfs(file_, &disk) == 0
      && ::fstat(file_, &own) == 0) {
    const std::uint64_t held = static_cast<std::uint64_t>(own.st_blocks) * 512;
    throw Failure{message(
        "the disk is full: the file needs ", bytes, " bytes, ",
        held + std::uint64_t(disk.f_bavail) * disk.f_frsize,
        " are free; make room or choose another disk")};
  }
  errno = code;
  if (code != 0) throw Failure{system_cause()};
  reserved_ = bytes;
}

void Draft::write(const std::vector<char>& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::write(file_, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw Failure{system_cause()};
    done += static_cast<std::size_t>(n);
  }
}

void Draft::append(const std::vector<char>& bytes, std::uint64_t place) {
  const std::uint64_t end = place + bytes.size();
  reserve(end);
  if (::lseek(file_, static_cast<off_t>(place), SEEK_SET) < 0) throw Failure{system_cause()};
  write(bytes);
  if (::ftruncate(file_, static_cast<off_t>(end)) != 0) throw Failure{system_cause()};
}

void Draft::move_to(const Target& target) {
  if (target.mode && ::fchmod(file_, *target.mode) != 0) throw Failure{system_cause()};
  if (::fsync(file_) != 0) throw Failure{system_cause()};
  if (::close(file_.release()) != 0) throw Failure{system_cause()};
  if (::rename(path_.c_str(), target.path.c_str()) != 0) throw Failure{system_cause()};
  path_.clear();
  // also flush the directory entry; where that is not supported, the file itself is already safe
  const Descriptor folder(::open(target.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder >= 0) ::fsync(folder);
}

}  // namespace coxa
