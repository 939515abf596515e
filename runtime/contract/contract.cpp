//===- contract.cpp - matrix products through Eigen -----------------------===//
//
// Compiled once for each x86-64 level, with NNRT_VARIANT = v1 to v4. Eigen's namespace is renamed
// for each, so that the linker cannot take a template instance of one level for another's.
//
// An output larger than a tile is cut into tiles by its shape alone; each tile is one call of
// Eigen's packed kernel, with this thread's packing buffer. The same tiles are computed with one
// thread, so that every element has the same bits for any number of threads. Vectors go to Eigen's
// matrix-vector kernels, products of a few elements to plain loops.
//
//===----------------------------------------------------------------------===//
#include "runtime/contract/packing.h"

#define NNRT_JOIN2(a, b) a##b
#define NNRT_JOIN(a, b) NNRT_JOIN2(a, b)
#define Eigen NNRT_JOIN(nnrt_eigen_, NNRT_VARIANT)
#define EIGEN_DONT_PARALLELIZE
#define EIGEN_NO_DEBUG
#define EIGEN_MPL2_ONLY
#include <Eigen/Core>

namespace {

using Index = int64_t;

/// Products with fewer multiplications than this run on the calling thread: waking others costs
/// more.
constexpr Index worthSharing = Index(1) << 20;
/// Products with fewer multiplications than this use plain loops, as packing would dominate
/// (measured: 8 x 8 x 8 takes 0.16 us packed, 0.32 us plain).
constexpr Index tiny = 64;

template <typename T> struct Problem {
  T *c;
  const T *a, *b;
  Index outer, inner, m, n, sum, k;
  nn_matrices inA, inB;
  Index lda, ldb;
  bool transposeA, transposeB;
  Index tileM, tileN, tilesM, tilesN; // of one matrix of the batch

  const T *aRow(Index row) const { return a + (transposeA ? row : row * lda); }
  const T *bColumn(Index column) const { return b + (transposeB ? column * ldb : column); }
  /// Where a matrix of the batch begins, relative to the first one.
  Index aOffset(Index matrix) const {
    return matrix / inner * inA.outer_stride + matrix % inner * inA.inner_stride;
  }
  Index bOffset(Index matrix) const {
    return matrix / inner * inB.outer_stride + matrix % inner * inB.inner_stride;
  }
};

Index ceilDiv(Index a, Index b) { return (a + b - 1) / b; }
Index roundUp(Index a, Index b) { return ceilDiv(a, b) * b; }

//===-- Plain loops ---------------------------------------------------------===//

/// c += op(a) * op(b).
template <typename T> void addPlain(const Problem<T> &p) {
  for (Index i = 0; i < p.m; ++i) {
    const T *row = p.aRow(i);
    Index aStep = p.transposeA ? p.lda : 1;
    T *__restrict out = p.c + i * p.n;
    if (p.transposeB) {
      for (Index j = 0; j < p.n; ++j) {
        const T *column = p.b + j * p.ldb;
        T sum = 0;
        for (Index l = 0; l < p.k; ++l)
          sum += row[l * aStep] * column[l];
        out[j] += sum;
      }
      continue;
    }
    for (Index l = 0; l < p.k; ++l)
      for (Index j = 0; j < p.n; ++j)
        out[j] += row[l * aStep] * p.b[l * p.ldb + j];
  }
}

template <typename T> void plain(Problem<T> p) {
  std::memset(p.c, 0, size_t(p.m * p.n) * sizeof(T));
  for (Index s = 0; s < p.sum; ++s) {
    addPlain(p);
    p.a += p.inA.sum_stride;
    p.b += p.inB.sum_stride;
  }
}

//===-- Matrix times vector ---------------------------------------------------===//

template <typename T, int Order>
using Mapper = Eigen::internal::const_blas_data_mapper<T, Index, Order>;

template <typename T, int Order>
void matrixVector(Index rows, Index columns, const T *matrix, Index stride, const T *vector,
                  T *out) {
  using VectorMapper = Mapper<T, Order == Eigen::RowMajor ? Eigen::ColMajor : Eigen::RowMajor>;
  Eigen::internal::general_matrix_vector_product<Index, T, Mapper<T, Order>, Order, false, T,
                                                 VectorMapper, false>::run(rows, columns,
                                                                           Mapper<T, Order>(matrix,
                                                                                            stride),
                                                                           VectorMapper(vector, 1),
                                                                           out, 1, T(1));
}

/// out = M x, M of `rows` x `columns`; row-major with `stride`, or column-major.
template <typename T> struct VectorProblem {
  T *out;
  const T *matrix, *x;
  Index rows, columns, stride;
  bool columnMajor;
};

template <typename T> void vectorRange(void *context, Index begin, Index end) {
  const auto &p = *static_cast<const VectorProblem<T> *>(context);
  std::memset(p.out + begin, 0, size_t(end - begin) * sizeof(T));
  if (p.columnMajor)
    matrixVector<T, Eigen::ColMajor>(end - begin, p.columns, p.matrix + begin, p.stride, p.x,
                                     p.out + begin);
  else
    matrixVector<T, Eigen::RowMajor>(end - begin, p.columns, p.matrix + begin * p.stride, p.stride,
                                     p.x, p.out + begin);
}

/// Whether the product of one matrix of the batch is one, of a vector that the buffer holds.
template <typename T> bool isVector(const Problem<T> &p) {
  return (p.m == 1 || p.n == 1) && p.sum == 1 && p.k * Index(sizeof(T)) <= nnrt::vectorBytes;
}

template <typename T> void vectorProduct(const Problem<T> &p) {
  VectorProblem<T> v;
  Index step;
  if (p.m == 1) // c = op(b)^T a
    v = {p.c, p.b, p.a, p.n, p.k, p.ldb, !p.transposeB}, step = p.transposeA ? p.lda : 1;
  else
    v = {p.c, p.a, p.b, p.m, p.k, p.lda, p.transposeA}, step = p.transposeB ? 1 : p.ldb;
  if (step != 1) {
    // The kernels want a contiguous vector; the pool's threads may read this one's copy.
    T *copy = reinterpret_cast<T *>(nnrt::vectorBuffer);
    for (Index l = 0; l < p.k; ++l)
      copy[l] = v.x[l * step];
    v.x = copy;
  }
  Index grain = roundUp(ceilDiv(worthSharing / 4, p.k), 64);
  nn_parallel_for(vectorRange<T>, &v, v.rows, grain);
}

//===-- Matrix times matrix ---------------------------------------------------===//

/// Block sizes for Eigen's kernel: this thread's buffer, and the depth split evenly.
template <typename T> class Blocking : public Eigen::internal::level3_blocking<T, T> {
public:
  // Eigen computes the transposed product, so its left side is b.
  Blocking(Index m, Index n, Index k) {
    constexpr Index maxDepth = nnrt::packedDepthBytes / Index(sizeof(T));
    this->m_mc = n;
    this->m_nc = m;
    this->m_kc = k <= maxDepth ? k : roundUp(ceilDiv(k, ceilDiv(k, maxDepth)), 8);
    this->m_blockA = reinterpret_cast<T *>(nnrt::packingBuffer);
    this->m_blockB = this->m_blockA + nnrt::maxTileN * maxDepth;
  }
};

template <typename T> struct Tile {
  Index m, n;
  T *c;
  Index ldc;

  void clear() const {
    for (Index row = 0; row < m; ++row)
      std::memset(c + row * ldc, 0, size_t(n) * sizeof(T));
  }
};

template <typename T, int OrderA, int OrderB>
void addProduct(const Tile<T> &tile, Index k, const Problem<T> &p, const T *a, const T *b) {
  Blocking<T> blocking(tile.m, tile.n, k);
  Eigen::internal::general_matrix_matrix_product<Index, T, OrderA, false, T, OrderB, false,
                                                 Eigen::RowMajor, 1>::run(tile.m, tile.n, k, a,
                                                                          p.lda, b, p.ldb, tile.c,
                                                                          1, tile.ldc, T(1),
                                                                          blocking, nullptr);
}

/// Adds the product of `k` columns of a and rows of b to the tile.
template <typename T>
void addProduct(const Tile<T> &tile, Index k, const Problem<T> &p, const T *a, const T *b) {
  if (p.transposeA && p.transposeB)
    addProduct<T, Eigen::ColMajor, Eigen::ColMajor>(tile, k, p, a, b);
  else if (p.transposeA)
    addProduct<T, Eigen::ColMajor, Eigen::RowMajor>(tile, k, p, a, b);
  else if (p.transposeB)
    addProduct<T, Eigen::RowMajor, Eigen::ColMajor>(tile, k, p, a, b);
  else
    addProduct<T, Eigen::RowMajor, Eigen::RowMajor>(tile, k, p, a, b);
}

/// A tile whose sum is long: parts that are summed by themselves are added to it by Knuth's
/// two-sum.
template <typename T> class LongTile {
public:
  explicit LongTile(const Tile<T> &total)
      : total(total), part{total.m, total.n, getBuffer(0), total.n},
        rounded{total.m, total.n, getBuffer(1), total.n} {
    total.clear();
    part.clear();
    rounded.clear();
  }

  /// What a product of `k` counts for: its error is that of the panels that are added up.
  static Index getDepth(Index k) {
    return std::max(k, nnrt::packedDepthBytes / Index(sizeof(float)));
  }
  /// The tile of the present part, and how many products may be added to it at once.
  const Tile<T> &getPart() const { return part; }
  Index getRoom() const { return nnrt::plainDepth - depth; }
  void added(Index k) {
    depth += getDepth(k);
    if (depth >= nnrt::plainDepth)
      join();
  }
  void finish() {
    join();
    for (Index row = 0; row < total.m; ++row)
      for (Index column = 0; column < total.n; ++column) {
        T &sum = total.c[row * total.ldc + column];
        T error = rounded.c[row * total.n + column];
        sum += error == error ? error : 0; // NaN where the sum is no finite number
      }
  }

private:
  static T *getBuffer(int number) {
    return reinterpret_cast<T *>(nnrt::getLongBuffer() + number * nnrt::longTileBytes);
  }

  void join() {
    for (Index row = 0; row < total.m; ++row)
      for (Index column = 0; column < total.n; ++column) {
        T &sum = total.c[row * total.ldc + column];
        T before = sum, addend = part.c[row * total.n + column];
        T next = before + addend, taken = next - before;
        rounded.c[row * total.n + column] += (before - (next - taken)) + (addend - taken);
        sum = next;
      }
    part.clear();
    depth = 0;
  }

  Tile<T> total, part, rounded;
  Index depth = 0;
};

template <typename T> void tileRange(void *context, Index begin, Index end) {
  const auto &p = *static_cast<const Problem<T> *>(context);
  for (Index number = begin; number < end; ++number) {
    Index matrix = number / (p.tilesM * p.tilesN), within = number % (p.tilesM * p.tilesN);
    Index i = within / p.tilesN * p.tileM, j = within % p.tilesN * p.tileN;
    Index m = std::min(p.tileM, p.m - i), n = std::min(p.tileN, p.n - j);
    Tile<T> tile{m, n, p.c + matrix * p.m * p.n + i * p.n + j, p.n};
    const T *a = p.aRow(i) + p.aOffset(matrix), *b = p.bColumn(j) + p.bOffset(matrix);
    if (p.sum * LongTile<T>::getDepth(p.k) <= nnrt::plainDepth) {
      tile.clear();
      for (Index s = 0; s < p.sum; ++s, a += p.inA.sum_stride, b += p.inB.sum_stride)
        addProduct(tile, p.k, p, a, b);
      continue;
    }
    LongTile<T> sum(tile);
    for (Index s = 0; s < p.sum; ++s, a += p.inA.sum_stride, b += p.inB.sum_stride)
      for (Index k = 0, some; k < p.k; k += some) {
        some = std::min(p.k - k, sum.getRoom());
        addProduct(sum.getPart(), some, p, a + k * (p.transposeA ? p.lda : 1),
                   b + k * (p.transposeB ? 1 : p.ldb));
        sum.added(some);
      }
    sum.finish();
  }
}

/// Cuts the output into tiles: as large as the buffers allow, then halved while there are few of
/// them and each is still worth a thread.
template <typename T> void chooseTiles(Problem<T> &p, Index batch) {
  constexpr Index unitM = 8, unitN = 48, smallest = 96,
                  enough = 8; // 48: the kernel's width with AVX-512
  constexpr Index packetN = 16, smallestN = 64;
  p.tileM = std::min(roundUp(ceilDiv(p.m, ceilDiv(p.m, nnrt::maxTileM)), unitM), nnrt::maxTileM);
  p.tileN = std::min(roundUp(ceilDiv(p.n, ceilDiv(p.n, nnrt::maxTileN)), unitN), nnrt::maxTileN);
  for (;;) {
    Index tiles = batch * ceilDiv(p.m, p.tileM) * ceilDiv(p.n, p.tileN);
    Index work = std::min(p.tileM, p.m) * std::min(p.tileN, p.n) * p.k * p.sum;
    if (tiles >= enough || work < 2 * worthSharing)
      break;
    Index m = roundUp(ceilDiv(std::min(p.tileM, p.m), 2), unitM);
    Index half = ceilDiv(std::min(p.tileN, p.n), 2), n = roundUp(half, unitN);
    // 128 in units of 48 would be 96 and 32, and the second thread idle for two thirds of the time;
    // two tiles of 64 take no longer together (measured).
    if (4 * (2 * half - n) < 3 * n)
      n = roundUp(half, packetN);
    if (m >= n && m >= smallest)
      p.tileM = m;
    else if (n >= smallestN && n < p.tileN)
      p.tileN = n;
    else if (m >= smallest)
      p.tileM = m;
    else
      break;
  }
  p.tilesM = ceilDiv(p.m, p.tileM);
  p.tilesN = ceilDiv(p.n, p.tileN);
}

template <typename T> void contract(Problem<T> p) {
  Index batch = p.outer * p.inner;
  if (p.m <= 0 || p.n <= 0 || batch <= 0)
    return;
  if (p.k <= 0 || p.sum <= 0) {
    std::memset(p.c, 0, size_t(batch * p.m * p.n) * sizeof(T));
    return;
  }
  bool plainly = p.m * p.n * p.k < tiny;
  if (plainly || isVector(p)) {
    const T *a = p.a, *b = p.b;
    for (Index i = 0; i < batch; ++i) {
      p.a = a + p.aOffset(i);
      p.b = b + p.bOffset(i);
      plainly ? plain(p) : vectorProduct(p);
      p.c += p.m * p.n;
    }
    return;
  }
  chooseTiles(p, batch);
  Index tiles = batch * p.tilesM * p.tilesN;
  Index work = ceilDiv(batch * p.m * p.n * p.k * p.sum, tiles);
  nn_parallel_for(tileRange<T>, &p, tiles, ceilDiv(worthSharing, work));
}

} // namespace

#define NNRT_DEFINE(TYPE, NAME)                                                                    \
  void NAME(TYPE *c, const TYPE *a, const TYPE *b, const nn_contraction *shape) {                  \
    contract<TYPE>({c, a, b, shape->outer, shape->inner, shape->m, shape->n, shape->sum, shape->k, \
                    shape->a, shape->b, shape->a.row_stride, shape->b.row_stride,                  \
                    shape->a.transposed != 0, shape->b.transposed != 0, 0, 0, 0, 0});              \
  }
extern "C" NNRT_DEFINE(float, NNRT_JOIN(nn_contract_f32_, NNRT_VARIANT));
extern "C" NNRT_DEFINE(double, NNRT_JOIN(nn_contract_f64_, NNRT_VARIANT));
