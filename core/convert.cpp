#include "core/convert.h"

#include <cmath>

#include "core/text.h"

namespace dltrain {

Component named(std::string family, std::string kind) { return {std::move(family), std::move(kind), {}, {}}; }

std::string Converter<bool>::normalise(const Setting& given, Setting& canonical) {
  canonical = given;
  return given.boolean() != nullptr ? "" : "must be true or false";
}

void Converter<bool>::read(const Setting& canonical, bool& value) { value = *canonical.boolean(); }

namespace {

std::string integer_complaint(const Setting& given) {
  if (const double* real = given.real(); real != nullptr && *real == std::floor(*real) && std::fabs(*real) < 1e15) {
    return "must be an integer; write " + std::to_string(static_cast<int64_t>(*real));
  }
  if (given.text() != nullptr) {
    if (const auto number = parse_integer(*given.text()))
      return "must be an integer; write " + std::to_string(*number) + " without quotes";
  }
  return "must be an integer";
}

// A number, or a text with a number or a fraction of two ("1/255").
std::optional<double> real_of(const Setting& given) {
  if (given.real() != nullptr && !std::isfinite(*given.real())) return std::nullopt;
  if (given.real() != nullptr) return *given.real();
  if (given.integer() != nullptr) return static_cast<double>(*given.integer());
  if (given.text() == nullptr) return std::nullopt;
  const std::vector<std::string> parts = split(*given.text(), '/');
  if (parts.size() != 2) return std::nullopt;
  const auto numerator = parse_real(trim(parts[0]));
  const auto denominator = parse_real(trim(parts[1]));
  if (!numerator || !denominator || *denominator == 0) return std::nullopt;
  const double value = *numerator / *denominator;
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::string real_complaint(const Setting& given) {
  if (given.real() != nullptr) return "must be a finite number";
  if (given.text() != nullptr && parse_real(*given.text())) {
    return "must be a real number; write " + *given.text() + " without quotes";
  }
  return "must be a real number";
}

// The elements of a list, or the value itself as the only one.
std::vector<Setting> elements_of(const Setting& given) {
  if (given.list() != nullptr) return *given.list();
  return {given};
}

}  // namespace

std::string Converter<int64_t>::normalise(const Setting& given, Setting& canonical) {
  canonical = given;
  return given.integer() != nullptr ? "" : integer_complaint(given);
}

void Converter<int64_t>::read(const Setting& canonical, int64_t& value) { value = *canonical.integer(); }

std::string Converter<double>::normalise(const Setting& given, Setting& canonical) {
  const auto value = real_of(given);
  if (!value) return real_complaint(given);
  canonical = Setting(*value, given.place());
  return {};
}

void Converter<double>::read(const Setting& canonical, double& value) { value = *canonical.real(); }

std::string Converter<std::string>::normalise(const Setting& given, Setting& canonical) {
  canonical = given;
  return given.text() != nullptr ? "" : "must be a text; write it in quotes";
}

void Converter<std::string>::read(const Setting& canonical, std::string& value) { value = *canonical.text(); }

std::string normalise_integers(const Setting& given, size_t count, Setting& canonical) {
  const std::string counted = count == 0   ? "a list of integers"
                              : count == 1 ? "an integer"
                                           : "an integer or a list of " + std::to_string(count) + " integers";
  std::vector<Setting> elements = elements_of(given);
  if (count > 1 && elements.size() == 1 && given.list() == nullptr) elements.resize(count, elements[0]);
  if (count > 0 && elements.size() != count) return "must be " + counted;
  for (const Setting& element : elements) {
    if (element.integer() == nullptr) return given.list() != nullptr ? "must be " + counted : integer_complaint(given);
  }
  canonical = count == 1 ? elements[0] : Setting(std::move(elements), given.place());
  return {};
}

std::vector<int64_t> read_integers(const Setting& canonical) {
  std::vector<int64_t> values;
  for (const Setting& element : elements_of(canonical)) values.push_back(*element.integer());
  return values;
}

Setting print_integers(std::span<const int64_t> values) {
  List list;
  for (const int64_t value : values) list.emplace_back(value);
  return list;
}

std::string Converter<std::vector<double>>::normalise(const Setting& given, Setting& canonical) {
  List list;
  for (const Setting& element : elements_of(given)) {
    const auto value = real_of(element);
    if (!value) return "must be a list of finite real numbers";
    list.emplace_back(*value, element.place());
  }
  canonical = Setting(std::move(list), given.place());
  return {};
}

void Converter<std::vector<double>>::read(const Setting& canonical, std::vector<double>& value) {
  value.clear();
  for (const Setting& element : *canonical.list()) value.push_back(*element.real());
}

Setting Converter<std::vector<double>>::print(const std::vector<double>& value) {
  List list;
  for (const double number : value) list.emplace_back(number);
  return list;
}

std::string Converter<std::vector<std::string>>::normalise(const Setting& given, Setting& canonical) {
  List list;
  for (const Setting& element : elements_of(given)) {
    if (element.text() == nullptr) return "must be a list of texts";
    list.push_back(element);
  }
  canonical = Setting(std::move(list), given.place());
  return {};
}

void Converter<std::vector<std::string>>::read(const Setting& canonical, std::vector<std::string>& value) {
  value.clear();
  for (const Setting& element : *canonical.list()) value.push_back(*element.text());
}

Setting Converter<std::vector<std::string>>::print(const std::vector<std::string>& value) {
  List list;
  for (const std::string& text : value) list.emplace_back(text);
  return list;
}

void Converter<Component>::read(const Setting& canonical, Component& value) {
  value = Component::from_setting(value.family, canonical);
}

Setting Converter<Component>::print(const Component& value) {
  if (value.params.empty()) return value.kind;
  return value.setting();
}

void Converter<std::vector<Component>>::read(const Setting& canonical, std::vector<Component>& value) {
  value.clear();
  for (const Setting& element : *canonical.list()) value.push_back(Component::from_setting({}, element));
}

Setting Converter<std::vector<Component>>::print(const std::vector<Component>& value) {
  List list;
  for (const Component& component : value) list.push_back(Converter<Component>::print(component));
  return list;
}

void Converter<RealOrComponent>::read(const Setting& canonical, RealOrComponent& value) {
  value.component.reset();
  if (canonical.table() != nullptr) {
    value.component = Component::from_setting({}, canonical);
  } else {
    value.number = *canonical.real();
  }
}

Setting Converter<RealOrComponent>::print(const RealOrComponent& value) {
  if (value.component) return Converter<Component>::print(*value.component);
  return value.number;
}

}  // namespace dltrain
