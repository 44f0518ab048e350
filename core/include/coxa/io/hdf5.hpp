#pragma once

#include <filesystem>

#include "coxa/export.hpp"
#include "coxa/trial/dataset.hpp"

namespace coxa {

/// Writes a Dataset as one flat HDF5 group with netCDF-4 dimension scales, so that xarray, h5py,
/// MATLAB, R and Panoply read it unaided. The file appears under its name only when it is whole: it
/// is written beside it under a temporary name, flushed, and renamed.
///
/// Equal datasets give equal bytes. The attribute `format` is added if absent. A double array is
/// stored with the fill value NaN; an int32 array may carry its own in the attribute `_FillValue`
/// (one entry). Arrays above 256 kB are chunked and compressed.
///
/// @throws FileError naming the file and the cause: missing folder, no permission, file open
///                  elsewhere, disk full
/// @throws InvalidArgument if the dataset contradicts itself, holds text that is not UTF-8, or is
///                  of another format
COXA_EXPORT void write_hdf5(const Dataset& dataset, const std::filesystem::path& path);

/// Asks whether a file could be written at `path` now, before long work is done for it.
/// @throws FileError as write_hdf5 would: missing folder, no permission, file open elsewhere
COXA_EXPORT void check_hdf5_target(const std::filesystem::path& path);

/// Reads what write_hdf5 wrote. @throws FileError if it is no such file, or one of a newer format
COXA_EXPORT Dataset read_hdf5(const std::filesystem::path& path);

/// Global attributes of such a file, without its arrays. @throws FileError as read_hdf5 does
COXA_EXPORT Attributes read_hdf5_attributes(const std::filesystem::path& path);

}  // namespace coxa
