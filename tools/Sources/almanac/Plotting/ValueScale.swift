import Glibc
import TimeSeriesModel

/// The values from the bottom to the top of a panel, with round ones among them to be labelled.
struct ValueScale: Equatable, Sendable {
    struct Tick: Equatable, Sendable {
        let value: Double
        let label: String
    }

    let low: Double
    let high: Double
    let ticks: [Tick]

    /// Two states, clear of the lane's edges.
    static let lane = ValueScale(
        low: -0.2, high: 1.2, ticks: [.init(value: 0, label: "0"), .init(value: 1, label: "1")])

    init(low: Double, high: Double, ticks: [Tick]) {
        self.low = low
        self.high = high
        self.ticks = ticks
    }

    /// The least scale that holds two values and ends on round ones.
    ///
    /// - Parameter tickCount: about as many ticks.
    init(from minimum: Double, to maximum: Double, tickCount: Int) {
        var low = minimum
        var high = maximum
        if low == high {
            // A line in the middle says that nothing moves; there has to be something around it.
            let margin = max(low.magnitude * 0.05, 1)
            low = max(low - margin, -.greatestFiniteMagnitude)
            high = min(high + margin, .greatestFiniteMagnitude)
        }
        let step = ValueScale.roundStep(atLeast: high / Double(tickCount) - low / Double(tickCount))
        let first = (low / step).rounded(.down)
        let last = (high / step).rounded(.up)
        // Beyond this, neighbouring multiples of the step are not told apart any more, or are no
        // doubles.
        guard step > 0, step.isFinite, last - first <= 1000, first.magnitude < 1e15,
            last.magnitude < 1e15, (first * step).isFinite, (last * step).isFinite
        else {
            self.init(
                low: low, high: high,
                ticks: [low, high].map { .init(value: $0, label: NumberText.text($0)) })
            return
        }
        let places = max(0, -Int(log10(step * 1.0000001).rounded(.down)))
        let ticks = stride(from: first, through: last, by: 1).map { number in
            Tick(
                value: number * step,
                label: places > 6
                    ? NumberText.text(number * step)
                    : NumberText.rounded(number * step + 0, places: places))
        }
        self.init(low: first * step, high: last * step, ticks: ticks)
    }

    /// 1, 2 or 5 times a power of ten.
    private static func roundStep(atLeast least: Double) -> Double {
        let power = pow(10, log10(least).rounded(.down))
        for factor in [1.0, 2, 5] where factor * power >= least * 0.999_999 {
            return factor * power
        }
        return 10 * power
    }

    /// 0 at the bottom, 1 at the top.
    func position(of value: Double) -> Double {
        // Halves, because the difference of two doubles may be none.
        let part = (value / 2 - low / 2) / (high / 2 - low / 2)
        return max(0, min(1, part))
    }
}
