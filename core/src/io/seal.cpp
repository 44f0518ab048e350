#include "io/seal.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <libdeflate.h>
#include <sys/stat.h>

#include "io/draft.hpp"

namespace coxa {
namespace {

static_assert(
    std::endian::native == std::endian::little, "seals are written as they are in memory");

constexpr std::string_view kMagic = "coxaseal";
constexpr std::uint32_t kVersion = 1;

struct Footer {
  std::uint64_t size = 0;
  std::uint64_t count = 0;
  std::uint32_t version = kVersion;
  std::uint32_t checksum = 0;
  char magic[8] = {};
};
static_assert(sizeof(Footer) == 32 && sizeof(Extent) == 16);

std::uint32_t add(std::uint32_t checksum, const void* bytes, std::size_t count) {
  return libdeflate_crc32(checksum, bytes, count);
}

Descriptor opened(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file < 0) throw Failure{system_cause()};
  return file;
}

// false if the file is shorter
bool read_at(int file, std::uint64_t place, void* bytes, std::size_t count) {
  auto* to = static_cast<char*>(bytes);
  while (count > 0) {
    const ssize_t n = ::pread(file, to, count, static_cast<off_t>(place));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw Failure{system_cause()};
    if (n == 0) return false;
    to += n;
    place += static_cast<std::uint64_t>(n);
    count -= static_cast<std::size_t>(n);
  }
  return true;
}

std::uint32_t checksum_of(int file, const std::vector<Extent>& covered) {
  std::vector<char> block(1 << 20);
  std::uint32_t checksum = 0;
  for (const Extent& extent : covered) {
    for (std::uint64_t place = extent.begin; place < extent.end; place += block.size()) {
      const auto count = std::min<std::uint64_t>(block.size(), extent.end - place);
      if (!read_at(file, place, block.data(), count)) throw Failure{"it ends early"};
      checksum = add(checksum, block.data(), count);
    }
  }
  return checksum;
}

// checksum of the content continued over the seal itself
std::uint32_t with_seal(
    std::uint32_t checksum, const std::vector<Extent>& covered, const Footer& footer) {
  checksum = add(checksum, covered.data(), covered.size() * sizeof(Extent));
  return add(checksum, &footer, offsetof(Footer, checksum));
}

std::vector<char> bytes_of(
    std::uint64_t size, std::uint32_t checksum, const std::vector<Extent>& covered) {
  Footer footer{size, covered.size()};
  footer.checksum = with_seal(checksum, covered, footer);
  std::ranges::copy(kMagic, footer.magic);
  std::vector<char> bytes(covered.size() * sizeof(Extent) + sizeof footer);
  std::memcpy(bytes.data(), covered.data(), bytes.size() - sizeof footer);
  std::memcpy(bytes.data() + bytes.size() - sizeof footer, &footer, sizeof footer);
  return bytes;
}

}  // namespace

std::vector<Extent> rest_of(std::uint64_t size, std::vector<Extent> extents) {
  std::ranges::sort(extents, {}, &Extent::begin);
  std::vector<Extent> rest;
  std::uint64_t place = 0;
  for (const Extent& extent : extents) {
    if (extent.begin > place) rest.push_back({place, extent.begin});
    place = std::max(place, extent.end);
  }
  if (place < size) rest.push_back({place, size});
  return rest;
}

std::vector<char> seal_of(const std::vector<char>& image) {
  return bytes_of(image.size(), add(0, image.data(), image.size()), {{0, image.size()}});
}

std::vector<char> seal_of(
    const std::filesystem::path& path, std::uint64_t size, std::vector<Extent> covered) {
  return bytes_of(size, checksum_of(opened(path), covered), covered);
}

SealState check_seal(const std::filesystem::path& path) {
  const Descriptor file = opened(path);
  struct stat status {};
  if (::fstat(file, &status) != 0) throw Failure{system_cause()};
  const auto end = static_cast<std::uint64_t>(status.st_size);

  Footer footer;
  if (end < sizeof footer || !read_at(file, end - sizeof footer, &footer, sizeof footer)
      || std::string_view(footer.magic, sizeof footer.magic) != kMagic) {
    return SealState::absent;
  }
  // checked before memory is allocated for the extents
  const std::uint64_t room = end - sizeof footer;
  if (footer.version != kVersion || footer.size > room
      || footer.count != (room - footer.size) / sizeof(Extent)
      || room - footer.size != footer.count * sizeof(Extent)) {
    return SealState::broken;
  }
  std::vector<Extent> covered(footer.count);
  if (!read_at(file, footer.size, covered.data(), covered.size() * sizeof(Extent))) {
    return SealState::broken;
  }
  std::uint64_t place = 0;
  const bool within = std::ranges::all_of(covered, [&](const Extent& extent) {
    const bool ascends = place <= extent.begin && extent.begin <= extent.end;
    place = extent.end;
    return ascends && place <= footer.size;
  });
  const bool same =
      within && with_seal(checksum_of(file, covered), covered, footer) == footer.checksum;
  return same ? SealState::whole : SealState::broken;
}

}  // namespace coxa
