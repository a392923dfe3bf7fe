// Between C++ values and settings. Converter<M> says what a field of type M looks like in a recipe; specialise it for a
// new type of field.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/component.h"
#include "core/schema.h"
#include "core/setting.h"

namespace dltrain {

// An enum that a recipe can name has, in its namespace: std::span<const EnumName<E>> enum_names(E).
template <class E> struct EnumName {
  E value;
  std::string_view name;
};

// A number, or a component that gives one (a learning rate and its schedule).
struct RealOrComponent {
  double number = 0;
  std::optional<Component> component;
};

// A component by name only, for member initialisers: named("initializer", "glorot_uniform").
Component named(std::string family, std::string kind);

// normalise: see Field. read: from canonical form. print: to canonical form.
template <class M> struct Converter;

template <> struct Converter<bool> {
  static constexpr FieldType type = FieldType::boolean;
  static std::string type_text() { return "true or false"; }
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, bool& value);
  static Setting print(bool value) { return value; }
};

template <> struct Converter<int64_t> {
  static constexpr FieldType type = FieldType::integer;
  static std::string type_text() { return "integer"; }
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, int64_t& value);
  static Setting print(int64_t value) { return value; }
};

// Takes integers and fractions as text ("1/255") too.
template <> struct Converter<double> {
  static constexpr FieldType type = FieldType::real;
  static std::string type_text() { return "real number"; }
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, double& value);
  static Setting print(double value) { return value; }
};

template <> struct Converter<std::string> {
  static constexpr FieldType type = FieldType::text;
  static std::string type_text() { return "text"; }
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, std::string& value);
  static Setting print(const std::string& value) { return value; }
};

// Lists of integers. `count` > 0: exactly so many, and a single one stands for all.
std::string normalise_integers(const Setting& given, size_t count, Setting& canonical);
std::vector<int64_t> read_integers(const Setting& canonical);
Setting print_integers(std::span<const int64_t> values);

template <size_t N> struct Converter<std::array<int64_t, N>> {
  static constexpr FieldType type = FieldType::integers;
  static std::string type_text() {
    return N == 1 ? "integer" : "integer or list of " + std::to_string(N) + " integers";
  }
  static std::string normalise(const Setting& given, Setting& canonical) {
    return normalise_integers(given, N, canonical);
  }
  static void read(const Setting& canonical, std::array<int64_t, N>& value) {
    const std::vector<int64_t> read = read_integers(canonical);
    for (size_t i = 0; i < N; ++i) value[i] = read[i];
  }
  static Setting print(const std::array<int64_t, N>& value) {
    if constexpr (N == 1) return value[0];  // as normalise writes it
    return print_integers(value);
  }
};

// One integer stands for a list of one.
template <> struct Converter<std::vector<int64_t>> {
  static constexpr FieldType type = FieldType::integers;
  static std::string type_text() { return "list of integers"; }
  static std::string normalise(const Setting& given, Setting& canonical) {
    return normalise_integers(given, 0, canonical);
  }
  static void read(const Setting& canonical, std::vector<int64_t>& value) { value = read_integers(canonical); }
  static Setting print(const std::vector<int64_t>& value) { return print_integers(value); }
};

// One number stands for a list of one.
template <> struct Converter<std::vector<double>> {
  static constexpr FieldType type = FieldType::reals;
  static std::string type_text() { return "list of real numbers"; }
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, std::vector<double>& value);
  static Setting print(const std::vector<double>& value);
};

// One text stands for a list of one.
template <> struct Converter<std::vector<std::string>> {
  static constexpr FieldType type = FieldType::texts;
  static std::string type_text() { return "list of texts"; }
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, std::vector<std::string>& value);
  static Setting print(const std::vector<std::string>& value);
};

template <> struct Converter<Component> {
  static constexpr FieldType type = FieldType::component;
  static std::string type_text() { return "component"; }
  static void read(const Setting& canonical, Component& value);
  static Setting print(const Component& value);
};

template <> struct Converter<std::vector<Component>> {
  static constexpr FieldType type = FieldType::components;
  static std::string type_text() { return "list of components"; }
  static void read(const Setting& canonical, std::vector<Component>& value);
  static Setting print(const std::vector<Component>& value);
};

template <> struct Converter<RealOrComponent> {
  static constexpr FieldType type = FieldType::real_or_component;
  static std::string type_text() { return "real number or component"; }
  static void read(const Setting& canonical, RealOrComponent& value);
  static Setting print(const RealOrComponent& value);
};

// Any setting as it is, for fields whose owner reads them itself.
template <> struct Converter<Setting> {
  static constexpr FieldType type = FieldType::other;
  static std::string type_text() { return "value"; }
  static std::string normalise(const Setting& given, Setting& canonical) {
    canonical = given;
    return {};
  }
  static void read(const Setting& canonical, Setting& value) { value = canonical; }
  static Setting print(const Setting& value) { return value; }
};

template <class E>
  requires std::is_enum_v<E>
struct Converter<E> {
  static constexpr FieldType type = FieldType::choice;
  static std::string type_text() { return "text"; }
  static std::string normalise(const Setting& given, Setting& canonical) {
    canonical = given;
    return given.text() != nullptr ? "" : "must be a text";  // the schema compares with the choices
  }
  static void read(const Setting& canonical, E& value) {
    for (const auto& entry : enum_names(E{})) {
      if (entry.name == *canonical.text()) value = entry.value;
    }
  }
  static Setting print(E value) {
    for (const auto& entry : enum_names(E{})) {
      if (entry.value == value) return std::string(entry.name);
    }
    return {};
  }
};

// The recipe's name of an enum value.
template <class E> std::string_view enum_name(E value) {
  for (const auto& entry : enum_names(value)) {
    if (entry.value == value) return entry.name;
  }
  return {};
}

template <class M> struct Converter<std::optional<M>> {
  static constexpr FieldType type = Converter<M>::type;
  static std::string type_text() { return Converter<M>::type_text(); }
  static std::string normalise(const Setting& given, Setting& canonical) {
    return Converter<M>::normalise(given, canonical);
  }
  static void read(const Setting& canonical, std::optional<M>& value) {
    if (canonical.is_none()) {
      value.reset();
      return;
    }
    Converter<M>::read(canonical, value.emplace());
  }
  static Setting print(const std::optional<M>& value) { return value ? Converter<M>::print(*value) : Setting(); }
};

}  // namespace dltrain
