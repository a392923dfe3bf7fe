// The one Dataset there is: parts are rows of sample sets.
#pragma once

#include <array>

#include "datasets/dataset.h"
#include "datasets/samples.h"

namespace dltrain::datasets {

// Rows of a sample set; `all` stands for 0..count-1.
struct PartRows {
  const Samples* samples = nullptr;  // null: there is no such part
  bool all = true;
  std::vector<int64_t> rows;

  int64_t size() const { return samples == nullptr ? 0 : all ? samples->count : static_cast<int64_t>(rows.size()); }
  int64_t row(int64_t i) const { return all ? i : rows[static_cast<size_t>(i)]; }
};

class OpenedDataset : public Dataset {
 public:
  // `sets` own what `parts` (in the order of Part) point to.
  OpenedDataset(std::vector<std::unique_ptr<Samples>> sets, std::array<PartRows, 3> parts,
                std::vector<std::string> notes);

  const DataSignature& signature() const override { return signature_; }
  const DataContract& contract() const override { return contract_; }
  int64_t size(Part part) const override { return part_rows(part).size(); }
  void read(Part part, std::span<const int64_t> rows, Batch& batch) const override;
  const std::vector<std::string>& notes() const override { return notes_; }
  std::vector<ClassCounts> class_counts(Part part) const override;
  void add_to(Sha256& hash) const override;

 private:
  // What the training part's values show: ranges and class counts, for the signature.
  void look_at_values();
  const PartRows& part_rows(Part part) const { return parts_[static_cast<size_t>(part)]; }

  std::vector<std::unique_ptr<Samples>> sets_;
  std::array<PartRows, 3> parts_;
  std::vector<std::string> notes_;
  DataSignature signature_;
  DataContract contract_;
};

// What the samples fix for later parts and for a trained model.
DataContract contract_of(const Samples& samples);

}  // namespace dltrain::datasets
