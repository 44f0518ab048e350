#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/study/dataset.hpp"

namespace coxa {

/// Writes a Dataset as one flat HDF5 group with netCDF-4 dimension scales, so that xarray, h5py,
/// MATLAB, R and Panoply can read it directly. The file is written under a temporary name in the
/// same folder, flushed, and renamed, so it appears under its name only when complete.
///
/// Equal datasets give equal bytes. The attribute `format` is added if absent. A double array is
/// stored with the fill value NaN; an int32 array may have its own in the attribute `_FillValue`
/// (one entry). Large arrays are chunked and compressed: above 256 kB, or 16 kB for series of a
/// study (leading dimension `trial`).
///
/// @throws FileError naming the file and the cause: missing folder, no permission, file open
///                  elsewhere, disk full
/// @throws InvalidArgument if the dataset is inconsistent, holds text that is not UTF-8, or is of
///         another format
COXA_EXPORT void write_hdf5(const Dataset& dataset, const std::filesystem::path& path);

/// Returns the bytes of the file that write_hdf5 would write. Thread-safe; nearly all of the work
/// is compression, which runs concurrently.
///
/// @throws InvalidArgument as write_hdf5
COXA_EXPORT std::vector<char> hdf5_image(const Dataset& dataset);

/// A dimension that replaces `trial`: one factor of a grid.
struct GridDimension {
  std::string name;
  std::string unit;
  std::string description;
  std::variant<std::vector<double>, std::vector<std::string>> values;
};

/// Whether the caller has verified the parts' checksums.
enum class Parts { unchecked, checked };

/// Joins the files of consecutive trials of a study into one along the dimension `trial`.
///
/// Each part holds an integer coordinate `trial` with study-wide numbers; together they are 0 to n
/// - 1, in any order of the parts. Needs memory for about one part, and time proportional to the
/// number of trials: compressed series are copied unchanged where the chunks of the parts fit
/// together. A variable that only some parts have is NaN, the integer fill value or empty text in
/// the others; where descriptions differ, that of the first part is kept. The parts are not
/// modified, and the file appears under its name only when complete.
///
/// @param attributes  attributes of the file; those of the parts are ignored
/// @param grid        if not empty, replaces `trial`, the last dimension varying fastest. `trial`
///                    is then an ordinary variable with the numbers, and variables of the parts
///                    with the names of the dimensions are dropped
/// @param state       if unchecked, every compressed chunk is decompressed to verify it
/// @throws FileError naming the part: absent, damaged, or inconsistent with another in trials,
///         dimensions, labels, units or flags; or naming the target, as write_hdf5
/// @throws InvalidArgument for no parts, or a grid with another number of trials
COXA_EXPORT void join_hdf5(
    const std::vector<std::filesystem::path>& parts,
    const std::filesystem::path& target,
    const Attributes& attributes,
    const std::vector<GridDimension>& grid = {},
    Parts state = Parts::unchecked);

/// What is verified before HDF5 reads a file.
enum class Check {
  checksum,   // that its bytes are unchanged, if it has the checksum that coxa appends
  structure,  // only that HDF5 can read it without crashing
};

/// Verifies that HDF5 can read a file; a damaged one can crash or hang the library. A file with a
/// checksum is compared with it, which takes 0.1 ms for a trial and 0.1 s for a study of 100,000.
/// One without (of an older coxa, or modified by another program) is first read in a child process,
/// except for arrays of more than 64 MB.
/// @throws FileError if the file is damaged, absent, or not of coxa
COXA_EXPORT void check_hdf5(const std::filesystem::path& path, Check check = Check::checksum);

/// Reads a file written by write_hdf5, after `check_hdf5`.
/// @throws FileError if it is not such a file, damaged, or of a newer format
COXA_EXPORT Dataset read_hdf5(const std::filesystem::path& path, Check check = Check::checksum);

/// Global attributes of such a file, without its arrays. @throws FileError as read_hdf5
COXA_EXPORT Attributes
read_hdf5_attributes(const std::filesystem::path& path, Check check = Check::checksum);

}  // namespace coxa
