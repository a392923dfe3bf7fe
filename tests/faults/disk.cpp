#include "tests/faults/disk.h"

#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <stdexcept>

#include "core/files.h"

namespace dltrain::test {

namespace {

constexpr uint64_t sector = 512;

}  // namespace

void DiskImage::place(const std::string& folder) const {
  for (const std::string& name : folders) {  // outer ones first; without waiting for the disk
    if (::mkdir(join_path(folder, name).c_str(), 0777) != 0) throw std::runtime_error("cannot make the folder " + name);
  }
  for (const auto& [name, bytes] : files) {
    OutputFile file(join_path(folder, name), OutputFile::Mode::truncate);
    file.write(bytes);
    file.close();
  }
  for (const auto& [name, target] : links) {
    if (::symlink(target.c_str(), join_path(folder, name).c_str()) != 0)
      throw std::runtime_error("cannot make the link " + name);
  }
}

Disk::Disk() { add(true); }

int Disk::add(bool folder) {
  nodes_.emplace_back().folder = folder;
  return static_cast<int>(nodes_.size()) - 1;
}

int Disk::find(const std::string& path) const {
  int node = 0;
  for (size_t at = 0; at < path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const auto& entries = nodes_[static_cast<size_t>(node)].entries;
    const auto entry = entries.find(path.substr(at, end - at));
    if (entry == entries.end()) return -1;
    node = entry->second;
    at = end + 1;
  }
  return node;
}

int Disk::folder_of(const std::string& path) const {
  const int folder = find(parent_path(path));
  if (folder < 0) throw std::runtime_error("the log names the folder of " + path + ", which it did not make");
  return folder;
}

void Disk::change_names(int folder, const NameChange& change) {
  Node& node = nodes_[static_cast<size_t>(folder)];
  for (const Entry& entry : change) {
    if (entry.node < 0) node.entries.erase(entry.name);
    else node.entries[entry.name] = entry.node;
  }
  node.name_changes.push_back(change);
}

void Disk::rename(const std::string& from, const std::string& to) {
  const int node = find(from);
  const int source = folder_of(from), target = folder_of(to);
  if (source == target) return change_names(source, {{file_name(from), -1}, {file_name(to), node}});
  change_names(target, {{file_name(to), node}});
  change_names(source, {{file_name(from), -1}});
}

void Disk::sync(const std::string& path) {
  const int found = find(path);
  if (found < 0) return;  // synced after its name was taken away: nothing can be seen of it
  Node& node = nodes_[static_cast<size_t>(found)];
  for (const Change& change : node.changes) change_bytes(node.safe, change);
  node.changes.clear();
  node.safe_entries = node.entries;
  node.name_changes.clear();
}

void Disk::apply(const Operation& operation) {
  using faults::Logged;
  const std::string& path = operation.path;
  switch (operation.what) {
    case Logged::create:
    case Logged::mkdir: {
      const int node = add(operation.what == Logged::mkdir);
      return change_names(folder_of(path), {{file_name(path), node}});
    }
    case Logged::symlink: {
      const int node = add(false);
      nodes_[static_cast<size_t>(node)].link = true;
      nodes_[static_cast<size_t>(node)].safe = operation.bytes;
      return change_names(folder_of(path), {{file_name(path), node}});
    }
    case Logged::write:
    case Logged::truncate: {
      last_written_ = find(path);
      if (last_written_ < 0) return;  // its name is gone
      nodes_[static_cast<size_t>(last_written_)].changes.push_back(
          {operation.what == Logged::truncate, operation.offset, operation.bytes});
      return;
    }
    case Logged::sync: return sync(path);
    case Logged::rename: return rename(path, operation.second);
    case Logged::unlink:
    case Logged::rmdir: return change_names(folder_of(path), {{file_name(path), -1}});
  }
}

void Disk::change_bytes(std::string& bytes, const Change& change) {
  if (change.truncates) {
    bytes.resize(change.offset, '\0');
    return;
  }
  if (bytes.size() < change.offset + change.bytes.size()) bytes.resize(change.offset + change.bytes.size(), '\0');
  bytes.replace(change.offset, change.bytes.size(), change.bytes);
}

std::string Disk::surviving_bytes(const Node& node, const Survivors& survivors, std::mt19937_64& random, bool tears) {
  std::string bytes = node.safe;
  if (survivors.kind == Survivors::Kind::none) return bytes;
  for (const Change& change : node.changes) {
    if (change.truncates) {
      if (survivors.kind != Survivors::Kind::random || random() % 2 == 0) change_bytes(bytes, change);
      continue;
    }
    const bool last = tears && &change == &node.changes.back();
    const uint64_t sectors = (change.bytes.size() + sector - 1) / sector;
    const uint64_t kept = last && survivors.kind == Survivors::Kind::torn ? random() % (sectors + 1) : sectors;
    for (uint64_t i = 0; i < kept; ++i) {
      Change part{false, change.offset + i * sector, change.bytes.substr(i * sector, sector)};
      const bool lost = survivors.kind == Survivors::Kind::names_only ||
                        (survivors.kind == Survivors::Kind::random && random() % 2 == 0);
      // The size may be safe before the bytes are: the sector then reads as zeros or as what was there.
      if (lost) {
        if (bytes.size() < part.offset + part.bytes.size()) bytes.resize(part.offset + part.bytes.size(), '\0');
      } else {
        change_bytes(bytes, part);
      }
    }
    if (survivors.kind == Survivors::Kind::random && random() % 4 == 0)
      bytes.resize(std::min<uint64_t>(bytes.size(), node.safe.size()));
  }
  return bytes;
}

std::map<std::string, int> Disk::surviving_names(const Node& node, const Survivors& survivors,
                                                 std::mt19937_64& random) {
  std::map<std::string, int> names = node.safe_entries;
  if (survivors.kind == Survivors::Kind::none) return names;
  for (const NameChange& change : node.name_changes) {
    if (survivors.kind == Survivors::Kind::random && random() % 2 == 0) continue;
    for (const Entry& entry : change) {
      if (entry.node < 0) names.erase(entry.name);
      else names[entry.name] = entry.node;
    }
  }
  return names;
}

void Disk::collect(int number, const std::string& path, const Survivors& survivors, std::mt19937_64& random,
                   DiskImage& image) const {
  const Node& node = nodes_[static_cast<size_t>(number)];
  if (node.link) {
    image.links[path] = node.safe;
    return;
  }
  if (!node.folder) {
    image.files[path] = surviving_bytes(node, survivors, random, number == last_written_);
    return;
  }
  if (!path.empty()) image.folders.push_back(path);
  for (const auto& [name, child] : surviving_names(node, survivors, random)) {
    collect(child, path.empty() ? name : path + "/" + name, survivors, random, image);
  }
}

DiskImage Disk::after_power_loss(const Survivors& survivors) const {
  DiskImage image;
  std::mt19937_64 random(survivors.seed);
  collect(0, "", survivors, random, image);
  return image;
}

}  // namespace dltrain::test
