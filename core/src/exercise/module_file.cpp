#include "exercise/module_file.hpp"

#include <cstdint>
#include <cstring>
#include <fstream>
#include <type_traits>

#include <elf.h>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

using Header = std::conditional_t<sizeof(void*) == 8, Elf64_Ehdr, Elf32_Ehdr>;
using Segment = std::conditional_t<sizeof(void*) == 8, Elf64_Phdr, Elf32_Phdr>;
using Section = std::conditional_t<sizeof(void*) == 8, Elf64_Shdr, Elf32_Shdr>;
using Symbol = std::conditional_t<sizeof(void*) == 8, Elf64_Sym, Elf32_Sym>;

// this machine, as encoded in an ELF header
constexpr unsigned char kClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
constexpr unsigned char kByteOrder =
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
#if defined(__x86_64__)
constexpr unsigned kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr unsigned kMachine = EM_RISCV;
#else
constexpr unsigned kMachine = 0;  // unknown: left to the dynamic loader to reject
#endif

// a file in which every read is checked against its size
class Bytes {
 public:
  explicit Bytes(const std::filesystem::path& path) : in_(path, std::ios::binary) {
    require<FileError>(in_.good(), "it cannot be read: ", std::strerror(errno));
    in_.seekg(0, std::ios::end);
    size_ = static_cast<std::uint64_t>(in_.tellg());
  }

  bool holds(std::uint64_t offset, std::uint64_t size) const {
    return offset <= size_ && size <= size_ - offset;
  }

  std::vector<char> read(std::uint64_t offset, std::uint64_t size) {
    require<FileError>(holds(offset, size), "it is truncated");
    std::vector<char> bytes(size);
    in_.seekg(static_cast<std::streamoff>(offset));
    in_.read(bytes.data(), static_cast<std::streamsize>(size));
    require<FileError>(in_.good(), "it cannot be read");
    return bytes;
  }

  template <typename T>
  std::vector<T> table(std::uint64_t offset, std::uint64_t count) {
    require<FileError>(count <= size_ / sizeof(T), "it is truncated");
    const std::vector<char> bytes = read(offset, count * sizeof(T));
    std::vector<T> entries(count);
    if (count > 0) std::memcpy(entries.data(), bytes.data(), bytes.size());
    return entries;
  }

 private:
  std::ifstream in_;
  std::uint64_t size_ = 0;
};

Header read_header(Bytes& file) {
  require<FileError>(
      file.holds(0, EI_NIDENT) && std::memcmp(file.read(0, SELFMAG).data(), ELFMAG, SELFMAG) == 0,
      "it is not a shared library");
  const Header header = file.table<Header>(0, 1)[0];
  require<FileError>(
      header.e_ident[EI_CLASS] == kClass && header.e_ident[EI_DATA] == kByteOrder
          && (kMachine == 0 || header.e_machine == kMachine),
      "it is a library for another machine (ELF machine ", header.e_machine, ", this one is ",
      kMachine, ")");
  require<FileError>(header.e_type == ET_DYN, "it is not a shared library");
  require<FileError>(
      header.e_phentsize == sizeof(Segment)
          && (header.e_shnum == 0 || header.e_shentsize == sizeof(Section)),
      "its header is damaged");
  return header;
}

}  // namespace

std::optional<std::vector<char>> exported_object(
    const std::filesystem::path& path, const std::string& symbol) {
  Bytes file(path);
  const Header header = read_header(file);

  // a segment that extends past the end of the file would crash the process when touched
  const auto segments = file.table<Segment>(header.e_phoff, header.e_phnum);
  for (const Segment& s : segments) {
    require<FileError>(
        s.p_type != PT_LOAD || file.holds(s.p_offset, s.p_filesz), "it is truncated");
  }

  const auto sections = file.table<Section>(header.e_shoff, header.e_shnum);
  for (const Section& section : sections) {
    if (section.sh_type != SHT_DYNSYM) continue;
    require<FileError>(
        section.sh_entsize == sizeof(Symbol) && section.sh_link < sections.size(),
        "its symbol table is damaged");
    const Section& strings = sections[section.sh_link];
    const std::vector<char> names = file.read(strings.sh_offset, strings.sh_size);

    for (const Symbol& s :
         file.table<Symbol>(section.sh_offset, section.sh_size / sizeof(Symbol))) {
      const bool defined = s.st_shndx != SHN_UNDEF && (s.st_info & 0xf) == STT_OBJECT;
      if (!defined || s.st_name >= names.size()) continue;
      const char* name = names.data() + s.st_name;
      if (strnlen(name, names.size() - s.st_name) != symbol.size()
          || std::memcmp(name, symbol.data(), symbol.size()) != 0) {
        continue;
      }

      // from address to file offset; the part of a segment beyond its file size is zero-filled and
      // not in the file
      for (const Segment& segment : segments) {
        if (segment.p_type != PT_LOAD || s.st_value < segment.p_vaddr) continue;
        const std::uint64_t inside = s.st_value - segment.p_vaddr;
        if (inside > segment.p_filesz || s.st_size > segment.p_filesz - inside) continue;
        return file.read(segment.p_offset + inside, s.st_size);
      }
      throw FileError("its symbol " + symbol + " has no content");
    }
  }
  return std::nullopt;
}

}  // namespace coxa
