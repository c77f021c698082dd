// An array of plain values in recycled memory: what cases, outputs and the laws' own values are kept in.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/recycled_memory.hpp"

namespace brickproof {

// As std::vector is used, except that it copies by memcpy whatever its allocator is, and that an array that became
// smaller by resize() moves: no room is left behind its end in which a kernel could read unseen.
template <typename T>
class Array {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

  public:
    using value_type = T;
    using size_type = std::size_t;
    using difference_type = std::ptrdiff_t;
    using reference = T&;
    using const_reference = const T&;
    using iterator = T*;
    using const_iterator = const T*;

    Array() = default;
    explicit Array(std::size_t size, const T& value = T{}) : Array(Uninitialized{}, size) {
        std::uninitialized_fill_n(data_, size, value);
    }
    Array(std::initializer_list<T> values) : Array(values.begin(), values.end()) {}
    template <std::input_iterator Iterator>
    Array(Iterator first, Iterator last)
        : Array(Uninitialized{}, static_cast<std::size_t>(std::distance(first, last))) {
        std::uninitialized_copy(first, last, data_);
    }
    Array(const Array& other) : Array(Uninitialized{}, other.size_) { copy_from(other); }
    Array(Array&& other) noexcept { swap(other); }
    Array& operator=(const Array& other) {
        if (this == &other) return *this;
        if (size_ != other.size_) Array(Uninitialized{}, other.size_).swap(*this);
        copy_from(other);
        return *this;
    }
    Array& operator=(Array&& other) noexcept {
        Array(std::move(other)).swap(*this);
        return *this;
    }
    ~Array() { give_back(data_, room_ * sizeof(T)); }

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    T* data() { return data_; }
    const T* data() const { return data_; }
    T* begin() { return data_; }
    const T* begin() const { return data_; }
    T* end() { return data_ + size_; }
    const T* end() const { return data_ + size_; }
    T& operator[](std::size_t i) { return data_[i]; }
    const T& operator[](std::size_t i) const { return data_[i]; }
    T& front() { return data_[0]; }
    const T& front() const { return data_[0]; }
    T& back() { return data_[size_ - 1]; }
    const T& back() const { return data_[size_ - 1]; }

    void clear() { size_ = 0; }
    void reserve(std::size_t room) {
        if (room > room_) move_to(room);
    }
    void resize(std::size_t size, const T& value = T{}) {
        const std::size_t before = size_;
        if (size == before) return;
        size_ = std::min(size, before);
        move_to(size);
        if (size > before) std::uninitialized_fill_n(data_ + before, size - before, value);
        size_ = size;
    }
    void push_back(const T& value) {
        const T copy = value;  // may lie in this array
        if (size_ == room_) move_to(std::max<std::size_t>(2 * room_, 8));
        data_[size_++] = copy;
    }
    template <typename Values>
    void append(const Values& values) {
        const std::size_t count = std::size(values);
        if (size_ + count > room_) move_to(std::max(2 * room_, size_ + count));
        std::uninitialized_copy(std::begin(values), std::end(values), data_ + size_);
        size_ += count;
    }
    void swap(Array& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(room_, other.room_);
    }

    // A copy, for those who keep values for longer.
    operator std::vector<T>() const { return {begin(), end()}; }

    friend bool operator==(const Array& a, const Array& b) {
        if (a.size_ != b.size_) return false;
        if constexpr (std::has_unique_object_representations_v<T>)
            return a.size_ == 0 || std::memcmp(a.data_, b.data_, a.size_ * sizeof(T)) == 0;
        else
            return std::equal(a.begin(), a.end(), b.begin());
    }

  private:
    struct Uninitialized {};
    Array(Uninitialized, std::size_t size)
        : data_(static_cast<T*>(take_memory(size * sizeof(T)))), size_(size), room_(size) {}

    void copy_from(const Array& other) {
        if (size_ != 0) std::memcpy(data_, other.data_, size_ * sizeof(T));
    }
    void move_to(std::size_t room) {
        Array moved(Uninitialized{}, room);
        moved.size_ = size_;
        moved.copy_from(*this);
        swap(moved);
    }

    T* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t room_ = 0;
};

}  // namespace brickproof
