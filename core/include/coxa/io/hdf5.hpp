#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/study/dataset.hpp"

namespace coxa {

/// Writes a Dataset as one flat HDF5 group with netCDF-4 dimension scales, so that xarray, h5py,
/// MATLAB, R and Panoply read it unaided. The file appears under its name only when it is whole: it
/// is written beside it under a temporary name, flushed, and renamed.
///
/// Equal datasets give equal bytes. The attribute `format` is added if absent. A double array is
/// stored with the fill value NaN; an int32 array may carry its own in the attribute `_FillValue`
/// (one entry). Large arrays are chunked and compressed: above 256 kB, series of a study (leading dimension `trial`) above
/// 16 kB.
///
/// @throws FileError naming the file and the cause: missing folder, no permission, file open
///                  elsewhere, disk full
/// @throws InvalidArgument if the dataset contradicts itself, holds text that is not UTF-8, or is
///                  of another format
COXA_EXPORT void write_hdf5(const Dataset& dataset, const std::filesystem::path& path);

/// The bytes of the whole file that write_hdf5 would write. Many threads may call it at once: nearly all of its work, the
/// compression, runs in each of them.
///
/// @throws InvalidArgument as write_hdf5 does
COXA_EXPORT std::vector<char> hdf5_image(const Dataset& dataset);

/// A dimension that takes the place of `trial`: one factor of a grid.
struct GridDimension {
  std::string name;
  std::string unit;
  std::string description;
  std::variant<std::vector<double>, std::vector<std::string>> values;
};

/// Whether somebody else has made sure that parts are as they were written, by a checksum of each.
enum class Parts { unchecked, checked };

/// Joins the files of consecutive trials of one study into one along the dimension `trial`.
///
/// Each part holds an integer coordinate `trial` with the study-wide numbers; together they are 0 to n - 1, in any order
/// of the parts. Needs memory for about one part, and time that grows with the trials alone: compressed
/// series are copied as they are where the chunks of the parts fit together. What only some parts have is NaN, the
/// integer's fill value or empty text elsewhere; of descriptions that differ, the first part's stays. The parts
/// are left as they are, and the file appears under its name only when it is whole.
///
/// @param attributes  of the file; those of the parts are not used
/// @param grid        if given, takes the place of `trial`, the last dimension varying fastest. `trial` is then
///                    an ordinary variable that holds the numbers, and a part's variables of these names are dropped
/// @param state       of parts that were not checked, every compressed piece is unpacked to see that it is sound
/// @throws FileError that names the part: absent, damaged, or contradicting another one in trials, dimensions,
///                   labels, units or flags; or the target, as write_hdf5 does
/// @throws InvalidArgument for no parts, or a grid that does not have as many trials
COXA_EXPORT void join_hdf5(
    const std::vector<std::filesystem::path>& parts,
    const std::filesystem::path& target,
    const Attributes& attributes,
    const std::vector<GridDimension>& grid = {},
    Parts state = Parts::unchecked);

/// Asks whether a file could be written at `path` now, before long work is done for it.
/// @throws FileError as write_hdf5 would: missing folder, no permission, file open elsewhere
COXA_EXPORT void check_hdf5_target(const std::filesystem::path& path);

/// What a file is checked for before HDF5 reads it.
enum class Check {
  checksum,  // that it is as it was written, where it holds the checksum with which coxa ends its files
  structure,  // only that HDF5 survives it
};

/// Makes sure that HDF5, which a damaged file can end or hang, can read a file. One with a checksum is compared with it, which
/// takes 0.1 ms for a trial and 0.1 s for a study of 100,000. One without, of an older coxa or changed by another
/// program, is read in a child process first; numbers of more than 64 MB are left out there.
/// @throws FileError if it is damaged, absent, or no file of coxa
COXA_EXPORT void check_hdf5(const std::filesystem::path& path, Check check = Check::checksum);

/// Reads what write_hdf5 wrote, once it is checked.
/// @throws FileError if it is no such file, damaged, or of a newer format
COXA_EXPORT Dataset read_hdf5(const std::filesystem::path& path, Check check = Check::checksum);

/// Global attributes of such a file, without its arrays. @throws FileError as read_hdf5 does
COXA_EXPORT Attributes
read_hdf5_attributes(const std::filesystem::path& path, Check check = Check::checksum);

}  // namespace coxa
