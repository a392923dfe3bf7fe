// Reads weights files that nobody vouches for: every link, size and storage is looked at before HDF5 is asked for data.
#include <algorithm>
#include <cstring>
#include <exception>
#include <map>
#include <mutex>
#include <set>

#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/text.h"
#include "formats/hdf5/module/entry.h"
#include "formats/hdf5/module/handle.h"
#include "formats/hdf5/module/library_lock.h"
#include "formats/hdf5/module/types.h"

namespace dltrain::formats::hdf5 {

namespace {

constexpr std::string_view variables_group = "vars";

class WeightsReader {
 public:
  WeightsReader(std::span<const std::byte> file, const std::string& name, const WeightLimits& limits)
      : name_(name), limits_(limits), file_(open(file)) {}

  std::vector<WeightGroup> read() {
    const Handle root(H5Gopen2(file_, "/", H5P_DEFAULT), &H5Gclose, "open the root group");
    if (H5Aexists(root, "layer_names") > 0 || H5Aexists(root, "model_config") > 0) {
      refuse("is a legacy Keras file (*.h5), and only weights files of Keras 3 (*.weights.h5) are read",
             "in Keras: model = keras.models.load_model(...); model.save_weights(\"model.weights.h5\")");
    }
    walk(root, "");
    return std::move(groups_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const std::string& help = {}) const {
    throw UserError(ExitCode::model, "unreadable-file", name_, what, help);
  }

  static Handle open(std::span<const std::byte> file) {
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), &H5Pclose, "create an access list");
    checked(H5Pset_fapl_core(access, size_t{1} << 16, false), "keep the file in memory");
    checked(H5Pset_file_image(access, const_cast<std::byte*>(file.data()), file.size()), "take the file's bytes");
    return {H5Fopen("weights", H5F_ACC_RDONLY, access), &H5Fclose, "open it"};
  }

  struct Links {
    std::map<std::string, H5L_type_t> types;
    std::exception_ptr failure;  // must not pass through HDF5
  };

  static herr_t collect(hid_t, const char* link, const H5L_info2_t* info, void* links) {
    auto& [types, failure] = *static_cast<Links*>(links);
    try {
      types[link] = info->type;
      return 0;
    } catch (...) {
      failure = std::current_exception();
      return -1;
    }
  }

  // Links in the order of names. Only hard links: others name things by text, in this file or elsewhere.
  std::vector<std::string> links_of(hid_t group, const std::string& path) {
    Links links;
    const herr_t listed = H5Literate2(group, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, &collect, &links);
    if (links.failure) std::rethrow_exception(links.failure);
    checked(listed, "list a group");
    std::vector<std::string> names;
    for (const auto& [link, type] : links.types) {
      if (type != H5L_TYPE_HARD) {
        refuse(quote(path + "/" + link) + " is a link " + (type == H5L_TYPE_SOFT ? "by name" : "out of the file") +
                   ", which is refused",
               "weights files hold groups and data sets only");
      }
      names.push_back(link);
    }
    return names;
  }

  // Depth-first; an object that is reached twice would make the tree endless.
  void enter(hid_t object, const std::string& path) {
    if (++objects_ > limits_.objects)
      refuse("has more than " + std::to_string(limits_.objects) + " groups and data sets");
    constexpr int deepest = 64;
    if (std::count(path.begin(), path.end(), '/') > deepest) refuse("its groups are nested more than 64 levels deep");
    H5O_info2_t info;
    checked(H5Oget_info3(object, &info, H5O_INFO_BASIC), "look at an object");
    std::string token(sizeof(info.token), '\0');
    std::memcpy(token.data(), &info.token, sizeof(info.token));
    if (!seen_.insert(token).second)
      refuse(quote(path) + " is the same object as another one", "each variable belongs to one place");
  }

  void walk(hid_t group, const std::string& path) {
    enter(group, path);
    for (const std::string& link : links_of(group, path)) {
      const std::string below = path.empty() ? link : path + "/" + link;
      const Handle object(H5Oopen(group, link.c_str(), H5P_DEFAULT), &H5Oclose, "open an object");
      if (H5Iget_type(object) != H5I_GROUP) {
        continue;  // not a variable of a weights file; ignored unread
      }
      if (link == variables_group) {
        read_group(object, path);
      } else {
        walk(object, below);
      }
    }
  }

  void read_group(hid_t vars, const std::string& path) {
    const std::string vars_path =
        path.empty() ? std::string(variables_group) : path + "/" + std::string(variables_group);
    enter(vars, vars_path);
    std::map<int64_t, std::string> numbered;
    for (const std::string& link : links_of(vars, vars_path)) {
      const auto number = parse_integer(link);
      if (!number || *number < 0 || std::to_string(*number) != link) {
        refuse(quote(vars_path + "/" + link) + " does not belong there: variables are called 0, 1, 2, ...");
      }
      numbered[*number] = link;
    }
    WeightGroup group{canonical(path), read_name(vars), {}};
    for (const auto& [number, link] : numbered) {
      if (number != static_cast<int64_t>(group.variables.size())) {
        refuse("the variable " + std::to_string(group.variables.size()) + " of " + quote(vars_path) + " is missing");
      }
      const Handle data(H5Oopen(vars, link.c_str(), H5P_DEFAULT), &H5Oclose, "open a variable");
      const std::string data_path = vars_path + "/" + link;
      enter(data, data_path);
      if (H5Iget_type(data) != H5I_DATASET) refuse(quote(data_path) + " is not a data set");
      group.variables.push_back(read_array(data, data_path));
    }
    groups_.push_back(std::move(group));
  }

  // Keras 2.13 called the container of layers differently.
  static std::string canonical(std::string path) {
    constexpr std::string_view old_name = "_layer_checkpoint_dependencies";
    for (size_t at = path.find(old_name); at != std::string::npos; at = path.find(old_name, at))
      path.replace(at, old_name.size(), "layers");
    return path;
  }

  // The attribute "name" if it is one text; else nothing.
  static std::string read_name(hid_t group) {
    if (H5Aexists(group, "name") <= 0) return {};
    const Handle attribute(H5Aopen(group, "name", H5P_DEFAULT), &H5Aclose, "open an attribute");
    const Handle type(H5Aget_type(attribute), &H5Tclose, "look at an attribute");
    const Handle space(H5Aget_space(attribute), &H5Sclose, "look at an attribute");
    constexpr size_t longest = 4096;
    if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1) return {};
    if (H5Tis_variable_str(type) > 0) {
      char* text = nullptr;
      const Handle memory(H5Tget_native_type(type, H5T_DIR_ASCEND), &H5Tclose, "make a type");
      checked(H5Aread(attribute, memory, &text), "read an attribute");
      std::string name = text != nullptr ? std::string(text, ::strnlen(text, longest)) : std::string();
      H5free_memory(text);
      return name;
    }
    const size_t size = H5Tget_size(type);
    if (size == 0 || size > longest) return {};
    std::string name(size, '\0');
    checked(H5Aread(attribute, type, name.data()), "read an attribute");
    name.resize(::strnlen(name.data(), size));
    return name;
  }

  Array read_array(hid_t data, const std::string& path) {
    const Handle type(H5Dget_type(data), &H5Tclose, "look at a variable");
    const auto dtype = dtype_of(data, type);
    if (!dtype) refuse(quote(path) + " has an element type that Keras does not use for weights");
    Array array;
    array.dtype = *dtype;
    array.shape = shape_of(data, path);
    const uint64_t bytes = declared_bytes(array, path);
    check_storage(data, path, bytes);
    array.bytes.resize(bytes);
    const Handle memory = array.dtype == DType::bf16 || array.dtype == DType::boolean
                              ? Handle(H5Tcopy(type), &H5Tclose, "copy a type")
                              : file_type(array.dtype);
    if (bytes > 0) checked(H5Dread(data, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.bytes.data()), "read a variable");
    return array;
  }

  Shape shape_of(hid_t data, const std::string& path) const {
    const Handle space(H5Dget_space(data), &H5Sclose, "look at a variable");
    const H5S_class_t kind = H5Sget_simple_extent_type(space);
    if (kind != H5S_SIMPLE && kind != H5S_SCALAR) refuse(quote(path) + " has no shape");
    const int rank = checked(H5Sget_simple_extent_ndims(space), "look at a shape");
    std::vector<hsize_t> sizes(static_cast<size_t>(rank));
    checked(H5Sget_simple_extent_dims(space, sizes.data(), nullptr), "look at a shape");
    std::vector<int64_t> signed_sizes;
    for (const hsize_t size : sizes) {
      if (size > uint64_t{INT64_MAX}) refuse(quote(path) + " declares a size that cannot be");
      signed_sizes.push_back(static_cast<int64_t>(size));
    }
    return Shape(std::move(signed_sizes));
  }

  uint64_t declared_bytes(const Array& array, const std::string& path) {
    uint64_t bytes = UINT64_MAX;
    try {
      bytes = static_cast<uint64_t>(checked_multiply(array.elements(), static_cast<int64_t>(byte_size(array.dtype))));
    } catch (const SizeOverflow&) {
      refuse(quote(path) + " declares the shape " + array.shape.text() + ", which cannot be");
    }
    if (bytes > limits_.arrays - declared_) {
      refuse("its variables declare more than the " + bytes_text(limits_.arrays) + " that are read (at " + quote(path) +
             ", shape " + array.shape.text() + ")");
    }
    declared_ += bytes;
    return bytes;
  }

  // What is declared must be stored: in full, or compressed by deflate, which gains at most a thousandfold.
  void check_storage(hid_t data, const std::string& path, uint64_t bytes) const {
    const Handle properties(H5Dget_create_plist(data), &H5Pclose, "look at a variable");
    if (H5Pget_external_count(properties) != 0)
      refuse(quote(path) + " keeps its data in another file, which is refused");
    const H5D_layout_t layout = H5Pget_layout(properties);
    if (layout == H5D_VIRTUAL) refuse(quote(path) + " is a virtual data set, which is refused");
    const int filters = checked(H5Pget_nfilters(properties), "look at the filters");
    for (int i = 0; i < filters; ++i) {
      unsigned flags = 0;
      size_t values = 0;
      const H5Z_filter_t filter =
          H5Pget_filter2(properties, static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, nullptr);
      if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE) {
        refuse(quote(path) + " is stored through filter " + std::to_string(filter) +
               "; only deflate and shuffle are read");
      }
    }
    constexpr uint64_t most_gain = 1000;
    const uint64_t stored = H5Dget_storage_size(data);
    const uint64_t most = layout == H5D_CHUNKED && filters > 0 ? stored * most_gain : stored;
    if (bytes > most) {
      refuse(quote(path) + " declares " + bytes_text(bytes) + ", but stores " + bytes_text(stored));
    }
  }

  const std::string& name_;
  const WeightLimits& limits_;
  Handle file_;
  std::set<std::string> seen_;
  std::vector<WeightGroup> groups_;
  uint64_t objects_ = 0;
  uint64_t declared_ = 0;
};

}  // namespace

extern "C" void dltrain_hdf5_read_weights(std::span<const std::byte> file, const std::string& name,
                                          const WeightLimits& limits, std::vector<WeightGroup>& groups) {
  const std::lock_guard lock(library_lock());
  prepare_library();
  constexpr std::string_view magic("\x89HDF\r\n\x1a\n", 8);
  if (file.size() < magic.size() || std::memcmp(file.data(), magic.data(), magic.size()) != 0) {
    throw UserError(ExitCode::model, "unreadable-file", name, "is not an HDF5 file",
                    "weights files are written by Keras 3 (*.weights.h5) and by dltrain");
  }
  try {
    groups = WeightsReader(file, name, limits).read();
  } catch (const Failure& failure) {
    throw UserError(ExitCode::model, "unreadable-file", name, "is damaged or truncated: HDF5 cannot " + failure.what,
                    "get or write the file again");
  }
}

}  // namespace dltrain::formats::hdf5
