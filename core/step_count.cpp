#include "core/step_count.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace dltrain {

namespace {

constexpr double most_steps = 1e15;  // exact as a double, and more than anybody trains

// "10 epochs" -> 10 epochs; nothing if the text is not a number with a unit, negative, or not a whole number of steps.
std::optional<StepCount> parse_count(std::string_view text) {
  text = trim(text);
  const size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const auto amount = parse_real(text.substr(0, blank));
  const std::string_view unit = trim(text.substr(blank));
  const bool epochs = unit == "epochs" || unit == "epoch";
  if (!epochs && unit != "steps" && unit != "step") return std::nullopt;
  if (!amount || !(*amount >= 0) || *amount > most_steps) return std::nullopt;
  if (!epochs && *amount != std::floor(*amount)) return std::nullopt;
  return StepCount{*amount, epochs};
}

}  // namespace

int64_t StepCount::steps(int64_t steps_per_epoch) const {
  if (!epochs) return static_cast<int64_t>(amount);
  if (amount == 0) return 0;
  const double exact = std::min(amount * static_cast<double>(steps_per_epoch), most_steps);
  return std::max<int64_t>(1, std::llround(exact));
}

std::string Converter<StepCount>::normalise(const Setting& given, Setting& canonical) {
  if (given.integer() != nullptr) {
    if (*given.integer() < 0) return "must not be negative";
    canonical = given;
    return {};
  }
  const auto count = given.text() != nullptr ? parse_count(*given.text()) : std::nullopt;
  if (!count) return "must be a count of steps; write an integer, or a text as \"10 epochs\" or \"200 steps\"";
  canonical = print(*count);
  canonical.set_place(given.place());
  return {};
}

void Converter<StepCount>::read(const Setting& canonical, StepCount& value) {
  value = canonical.integer() != nullptr ? StepCount{static_cast<double>(*canonical.integer()), false}
                                         : parse_count(*canonical.text()).value();
}

Setting Converter<StepCount>::print(const StepCount& value) {
  if (!value.epochs || value.amount == 0) return static_cast<int64_t>(value.amount);
  return number_text(value.amount) + (value.amount == 1 ? " epoch" : " epochs");
}

std::string Converter<std::vector<StepCount>>::normalise(const Setting& given, Setting& canonical) {
  List list;
  const List one = {given};
  for (const Setting& element : given.list() != nullptr ? *given.list() : one) {
    const std::string complaint = Converter<StepCount>::normalise(element, list.emplace_back());
    if (!complaint.empty()) return complaint;
  }
  canonical = Setting(std::move(list), given.place());
  return {};
}

void Converter<std::vector<StepCount>>::read(const Setting& canonical, std::vector<StepCount>& value) {
  value.clear();
  for (const Setting& element : *canonical.list()) Converter<StepCount>::read(element, value.emplace_back());
}

Setting Converter<std::vector<StepCount>>::print(const std::vector<StepCount>& value) {
  List list;
  for (const StepCount& count : value) list.push_back(Converter<StepCount>::print(count));
  return list;
}

}  // namespace dltrain
