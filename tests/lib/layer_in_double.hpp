// A decoder layer in float64, written as the papers have it, for all tokens so far: the tests' other opinion.
#pragma once

#include <cmath>
#include <vector>

#include "brick/transformer_layer_brick.hpp"

namespace brick {

using Doubles = std::vector<double>;

inline Doubles times(const Matrix& w, const Doubles& x, const std::vector<float>& bias = {}) {
    Doubles y(w.rows());
    for (std::size_t r = 0; r < w.rows(); ++r) {
        for (std::size_t c = 0; c < w.cols(); ++c) y[r] += static_cast<double>(w.values()[r * w.cols() + c]) * x[c];
        if (!bias.empty()) y[r] += static_cast<double>(bias[r]);
    }
    return y;
}

inline Doubles normed(const Doubles& x, const std::vector<float>& weight, double eps) {
    double squares = 0.0;
    for (const double value : x) squares += value * value;
    Doubles y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        y[i] = x[i] * static_cast<double>(weight[i]) / std::sqrt(squares / static_cast<double>(x.size()) + eps);
    return y;
}

// NORM pairs.
inline void rotate(Doubles& x, std::size_t head_dim, std::size_t position, double theta) {
    for (std::size_t i = 0; i < x.size(); i += 2) {
        const double exponent = -static_cast<double>(i % head_dim) / static_cast<double>(head_dim);
        const double angle = static_cast<double>(position) * std::pow(theta, exponent);
        const double a = x[i];
        x[i] = a * std::cos(angle) - x[i + 1] * std::sin(angle);
        x[i + 1] = a * std::sin(angle) + x[i + 1] * std::cos(angle);
    }
}

class LayerInDouble {
  public:
    LayerInDouble(const LayerConfig& config, LayerWeights weights) : config_(config), w_(std::move(weights)) {}

    Doubles next(Doubles x) {
        const Doubles in = normed(x, w_.attention_norm, static_cast<double>(config_.eps));
        Doubles q = times(w_.q.weight, in, w_.q.bias);
        Doubles k = times(w_.k.weight, in, w_.k.bias);
        rotate(q, config_.head_dim(), keys_.size(), static_cast<double>(config_.theta));
        rotate(k, config_.head_dim(), keys_.size(), static_cast<double>(config_.theta));
        keys_.push_back(k);
        values_.push_back(times(w_.v.weight, in, w_.v.bias));
        add(x, times(w_.o, attention(q)));
        const Doubles h = normed(x, w_.ffn_norm, static_cast<double>(config_.eps));
        Doubles gate = times(w_.gate, h);
        const Doubles up = times(w_.up, h);
        for (std::size_t i = 0; i < gate.size(); ++i) gate[i] = gate[i] / (1.0 + std::exp(-gate[i])) * up[i];
        add(x, times(w_.down, gate));
        return x;
    }

  private:
    static void add(Doubles& x, const Doubles& y) {
        for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
    }
    Doubles attention(const Doubles& q) const {
        const std::size_t d = config_.head_dim();
        Doubles out(q.size());
        for (std::size_t h = 0; h < config_.heads; ++h) {
            const std::size_t column = h / (config_.heads / config_.kv_heads) * d;
            Doubles weights(keys_.size());
            double sum = 0.0;
            for (std::size_t t = 0; t < keys_.size(); ++t) {
                double score = 0.0;
                for (std::size_t i = 0; i < d; ++i) score += q[h * d + i] * keys_[t][column + i];
                sum += weights[t] = std::exp(score / std::sqrt(static_cast<double>(d)));
            }
            for (std::size_t t = 0; t < keys_.size(); ++t)
                for (std::size_t i = 0; i < d; ++i) out[h * d + i] += weights[t] / sum * values_[t][column + i];
        }
        return out;
    }

    LayerConfig config_;
    LayerWeights w_;
    std::vector<Doubles> keys_;
    std::vector<Doubles> values_;
};

}  // namespace brick
