#include "separable_dual_system.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace coxa::separable {
namespace {

/// Order of elimination: minimum degree on the graph of A A', then a postorder of its elimination
/// tree.
std::vector<int> elimination_order(int m, std::vector<std::vector<char>> graph) {
  std::vector<int> parent(m, -1), order(m), position(m, -1);
  std::vector<char> done(m, 0);
  for (int step = 0; step < m; ++step) {
    int best = -1;
    int best_degree = m + 1;
    for (int i = 0; i < m; ++i) {
      if (done[i]) continue;
      int degree = 0;
      for (int j = 0; j < m; ++j) degree += !done[j] && j != i && graph[i][j];
      if (degree < best_degree) {
        best = i;
        best_degree = degree;
      }
    }
    done[best] = 1;
    order[step] = best;
    position[best] = step;
    for (int i = 0; i < m; ++i) {
      if (done[i] || !graph[best][i]) continue;
      for (int j = 0; j < m; ++j) {
        if (!done[j] && graph[best][j]) graph[i][j] = 1;
      }
    }
  }

  // parent in the elimination tree: the neighbour eliminated next (fill edges are in the graph)
  for (int step = 0; step < m; ++step) {
    for (int j = 0; j < m; ++j) {
      if (position[j] <= step || !graph[order[step]][j]) continue;
      if (parent[step] < 0 || position[j] < parent[step]) parent[step] = position[j];
    }
  }

  // children before parents, each subtree contiguous
  std::vector<int> result;
  auto visit = [&](auto&& self, int node) -> void {
    for (int child = 0; child < node; ++child) {
      if (parent[child] == node) self(self, child);
    }
    result.push_back(order[node]);
  };
  for (int node = 0; node < m; ++node) {
    if (parent[node] < 0) visit(visit, node);
  }
  return result;
}

}  // namespace

DualSystem::DualSystem(int rows, std::span<const int> col_start, std::span<const int> row_index)
    : rows_(rows), columns_(static_cast<int>(col_start.size()) - 1) {
  analyse_rows(col_start, row_index);

  std::vector<int> internal_row(rows_);
  for (int i = 0; i < rows_; ++i) internal_row[row_of[i]] = i;

  // group columns by their set of rows
  std::map<std::vector<int>, std::vector<int>> by_rows;
  for (int c = 0; c < columns_; ++c) {
    std::vector<int> set;
    for (int k = col_start[c]; k < col_start[c + 1]; ++k) set.push_back(internal_row[row_index[k]]);
    std::sort(set.begin(), set.end());
    by_rows[set].push_back(c);
  }

  int tallest = 2;
  for (const auto& [set, members] : by_rows) {
    ColumnGroup group;
    group.first_column = static_cast<int>(column_of.size());
    group.columns = static_cast<int>(members.size());
    group.height = static_cast<int>(set.size());
    group.stride = group.height + group.height % 2;
    group.first_value = static_cast<int>(source_.size());
    group.first_row = static_cast<int>(group_rows_.size());
    group.first_scatter = static_cast<int>(scatter_.size());
    tallest = std::max(tallest, group.stride);

    group_rows_.insert(group_rows_.end(), set.begin(), set.end());
    for (int a = 0; a < group.height; ++a) {
      for (int b = 0; b <= a; ++b) scatter_.push_back(row_start_[set[a]] + set[b]);
    }
    for (int c : members) {
      column_of.push_back(c);
      const std::size_t begin = source_.size();
      value_start_.push_back(static_cast<int>(begin));
      source_.resize(begin + group.stride, -1);
      for (int k = col_start[c]; k < col_start[c + 1]; ++k) {
        const auto place = std::lower_bound(set.begin(), set.end(), internal_row[row_index[k]]);
        source_[begin + (place - set.begin())] = k;
      }
    }
    groups_.push_back(group);
  }
  value_start_.push_back(static_cast<int>(source_.size()));
  values_.assign(source_.size(), 0.0);
  block_.assign(tallest * tallest, 0.0);
  local_.assign(tallest, 0.0);
  active_.assign(columns_, 0);
}

void DualSystem::analyse_rows(std::span<const int> col_start, std::span<const int> row_index) {
  const int m = rows_;
  std::vector<std::vector<char>> graph(m, std::vector<char>(m, 0));
  for (int c = 0; c < columns_; ++c) {
    for (int k = col_start[c]; k < col_start[c + 1]; ++k) {
      for (int l = col_start[c]; l < col_start[c + 1]; ++l) graph[row_index[k]][row_index[l]] = 1;
    }
  }
  row_of = elimination_order(m, graph);

  first_.resize(m);
  row_start_.resize(m);
  int size = 0;
  for (int i = 0; i < m; ++i) {
    first_[i] = i;
    for (int j = i; j-- > 0;) {
      if (graph[row_of[i]][row_of[j]]) first_[i] = j;
    }
    row_start_[i] = size - first_[i];
    size += i - first_[i] + 1;
  }
  factor_.assign(size, 0.0);
  inverse_.assign(m, 0.0);
}

double DualSystem::load(const double* values) {
  // 0 times a finite value is 0; 0 times infinity or NaN is NaN
  double check = 0.0;
  for (std::size_t k = 0; k < source_.size(); ++k) {
    if (source_[k] < 0) continue;
    values_[k] = values[source_[k]];
    check += 0.0 * values_[k];
  }
  return check;
}

void DualSystem::multiply(const double* x, double* y) const {
  std::fill(y, y + rows_, 0.0);
  for (const ColumnGroup& group : groups_) {
    if (group.height == 0) continue;
    double* __restrict local = local_.data();
    const int stride = group.stride;
    std::fill(local, local + stride, 0.0);
    const double* __restrict value = values_.data() + group.first_value;
    for (int c = 0; c < group.columns; ++c, value += stride) {
      const double xc = x[group.first_column + c];
      if (xc == 0.0) continue;
      for (int k = 0; k < stride; k += 2) {
        local[k] += value[k] * xc;
        local[k + 1] += value[k + 1] * xc;
      }
    }
    const int* row = group_rows_.data() + group.first_row;
    for (int k = 0; k < group.height; ++k) y[row[k]] += local[k];
  }
}

void DualSystem::multiply_transposed(const double* y, double* s) const {
  for (const ColumnGroup& group : groups_) {
    if (group.height == 0) {
      std::fill_n(s + group.first_column, group.columns, 0.0);
      continue;
    }
    double* __restrict local = local_.data();
    const int* row = group_rows_.data() + group.first_row;
    const int stride = group.stride;
    local[stride - 1] = 0.0;
    for (int k = 0; k < group.height; ++k) local[k] = y[row[k]];
    const double* __restrict value = values_.data() + group.first_value;
    for (int c = 0; c < group.columns; ++c, value += stride) {
      double even = 0.0;
      double odd = 0.0;
      for (int k = 0; k < stride; k += 2) {
        even += value[k] * local[k];
        odd += value[k + 1] * local[k + 1];
      }
      s[group.first_column + c] = even + odd;
    }
  }
}

void DualSystem::squared_row_sums(const double* d, double* h) const {
  std::fill(h, h + rows_, 0.0);
  for (const ColumnGroup& group : groups_) {
    const int* row = group_rows_.data() + group.first_row;
    const double* value = values_.data() + group.first_value;
    for (int c = 0; c < group.columns; ++c, value += group.stride) {
      const double dc = d[group.first_column + c];
      for (int k = 0; k < group.height; ++k) h[row[k]] += value[k] * value[k] * dc;
    }
  }
}

double DualSystem::largest_entry(int column) const {
  double result = 0.0;
  for (int k = value_start_[column]; k < value_start_[column + 1]; ++k) {
    result = std::max(result, std::abs(values_[k]));
  }
  return result;
}

void DualSystem::assemble(const double* d) {
  std::fill(factor_.begin(), factor_.end(), 0.0);

  // group by group: a dense lower triangle, then one scatter
  for (const ColumnGroup& group : groups_) {
    const int stride = group.stride;
    const int height = group.height;
    if (height == 0) continue;
    double* __restrict block = block_.data();

    // active columns in blocks of four, so that the block is read and written a quarter as often
    int active = 0;
    for (int c = 0; c < group.columns; ++c) {
      if (d[group.first_column + c] != 0.0) active_[active++] = c;
    }
    if (active == 0) continue;
    std::fill(block, block + height * stride, 0.0);
    const double* value = values_.data() + group.first_value;
    for (int first = 0; first < active; first += 4) {
      const double* __restrict v[4];
      double dc[4];
      for (int l = 0; l < 4; ++l) {
        const bool present = first + l < active;
        const int c = active_[present ? first + l : first];
        v[l] = value + c * stride;
        dc[l] = present ? d[group.first_column + c] : 0.0;
      }
      for (int a = 0; a < height; ++a) {
        const double v0 = v[0][a] * dc[0];
        const double v1 = v[1][a] * dc[1];
        const double v2 = v[2][a] * dc[2];
        const double v3 = v[3][a] * dc[3];
        double* __restrict line = block + a * stride;
        for (int b = 0; b <= a; b += 2) {  // one past the diagonal at most: padding or unused
          line[b] += (v0 * v[0][b] + v1 * v[1][b]) + (v2 * v[2][b] + v3 * v[3][b]);
          line[b + 1] +=
              (v0 * v[0][b + 1] + v1 * v[1][b + 1]) + (v2 * v[2][b + 1] + v3 * v[3][b + 1]);
        }
      }
    }
    const int* place = scatter_.data() + group.first_scatter;
    for (int a = 0; a < height; ++a) {
      const double* line = block + a * stride;
      for (int b = 0; b <= a; ++b) factor_[*place++] += line[b];
    }
  }
}

void DualSystem::factor(const double* shift) {
  // Cholesky by rows of the envelope; inner products over contiguous memory
  for (int i = 0; i < rows_; ++i) {
    double* __restrict row = factor_.data() + row_start_[i];
    const int first = first_[i];
    row[i] += shift[i];
    const double diagonal = row[i];
    double pivot = diagonal;
    for (int j = first; j < i; ++j) {
      const double* __restrict other = factor_.data() + row_start_[j];
      double even = 0.0;
      double odd = 0.0;
      int k = std::max(first, first_[j]);
      for (; k + 1 < j; k += 2) {
        even += row[k] * other[k];
        odd += row[k + 1] * other[k + 1];
      }
      if (k < j) even += row[k] * other[k];
      row[j] = (row[j] - (even + odd)) * inverse_[j];
      pivot -= row[j] * row[j];
    }
    // a pivot at rounding level: the row depends linearly on earlier ones and its unknown is set to
    // zero
    inverse_[i] = pivot > 1e-15 * diagonal && pivot > 0.0 ? 1.0 / std::sqrt(pivot) : 0.0;
  }
}

void DualSystem::solve(double* y) const {
  for (int i = 0; i < rows_; ++i) {
    const double* __restrict row = factor_.data() + row_start_[i];
    double even = 0.0;
    double odd = 0.0;
    int k = first_[i];
    for (; k + 1 < i; k += 2) {
      even += row[k] * y[k];
      odd += row[k + 1] * y[k + 1];
    }
    if (k < i) even += row[k] * y[k];
    y[i] = (y[i] - (even + odd)) * inverse_[i];
  }
  for (int i = rows_; i-- > 0;) {
    const double* __restrict row = factor_.data() + row_start_[i];
    y[i] *= inverse_[i];
    const double yi = y[i];
    for (int k = first_[i]; k < i; ++k) y[k] -= row[k] * yi;
  }
}

}  // namespace coxa::separable
