// ZIP archives (PKWARE's APPNOTE 6.3): members stored or deflated, ZIP64. Names are labels: nothing here makes paths of
// them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/files.h"
#include "formats/gzip/byte_stream.h"

namespace dltrain::formats {

struct ZipMember {
  std::string name;
  uint64_t offset = 0;  // of its local header
  uint64_t compressed = 0;  // bytes in the archive
  uint64_t size = 0;  // bytes of its contents
  uint32_t check_sum = 0;  // CRC-32 of the contents
  bool deflated = false;
};

class ZipFile {
 public:
  // Reads the table of contents. Throws UserError (`meaning`) for what is not an archive, damage, encrypted members,
  // and members that claim more than their bytes can hold.
  explicit ZipFile(const std::string& path, ExitCode meaning = ExitCode::data);

  const std::string& path() const { return file_.path(); }
  const std::vector<ZipMember>& members() const { return members_; }
  const ZipMember* find(const std::string& name) const;
  // The contents of a member, checked against their sum at the end. The archive outlives the stream.
  std::unique_ptr<ByteStream> open(const ZipMember& member);

 private:
  InputFile file_;
  ExitCode meaning_;
  std::vector<ZipMember> members_;
};

// An archive of stored members; equal contents give equal bytes (no times).
class ZipWriter {
 public:
  explicit ZipWriter(OutputFile file) : file_(std::move(file)) {}
  void add(const std::string& name, std::span<const std::byte> contents);
  // The same for all of a file, which is read twice, in constant memory.
  void add_file(const std::string& name, const std::string& path);
  // Writes the table of contents and closes.
  void close();

 private:
  void write(const std::string& bytes);
  // The header of a member whose contents follow.
  void begin(ZipMember member);

  OutputFile file_;
  std::vector<ZipMember> members_;
  uint64_t written_ = 0;
};

}  // namespace dltrain::formats
