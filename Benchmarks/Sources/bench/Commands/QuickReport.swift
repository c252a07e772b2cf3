import BenchReport
import Foundation

/// The figures of several engines side by side: the first is the one that the others are compared
/// with.
struct QuickReport: Codable {
    /// A metric in which another engine is better.
    struct Loss: Codable {
        var metric: String
        var to: String
        var ratio: Double
    }

    let machine: [String: String]
    let engines: [RunResult]
    let losses: [Loss]

    init(machine: [String: String], engines: [RunResult]) {
        self.machine = machine
        self.engines = engines
        losses = QuickReport.metrics(engines).compactMap { name in
            guard let best = QuickReport.bestPeer(name, engines), best.ratio < 1 else { return nil }
            return Loss(metric: name, to: best.name, ratio: best.ratio)
        }
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(self).write(to: URL(fileURLWithPath: path))
    }

    func print() {
        Swift.print("")
        for (name, fact) in machine.sorted(by: { $0.key < $1.key }) {
            Swift.print("\(name): \(fact)")
        }
        Swift.print("\(engines[0].series) series, \(engines[0].samples) samples")
        for engine in engines {
            Swift.print("\(engine.peer) (\(engine.version)): \(engine.settings)")
        }
        Swift.print("")
        Swift.print(table.text)
        Swift.print("")
        Swift.print(
            "Medians; a ratio above 1 is in favour of \(engines[0].peer). All answers agree.")
        for loss in losses {
            Swift.print(
                "LOSES \(loss.metric): \(loss.to) is "
                    + String(format: "%.2f", 1 / loss.ratio) + " times as good")
        }
        if losses.isEmpty { Swift.print("\(engines[0].peer) loses none of them.") }
    }

    static func metrics(_ engines: [RunResult]) -> [String] {
        RunResult.sorted(Set(engines.flatMap(\.metrics.keys)))
    }

    /// The best of the others, and how much better the first engine is: above 1 where it wins.
    static func bestPeer(
        _ name: String, _ engines: [RunResult]
    ) -> (name: String, ratio: Double)? {
        guard let own = engines[0].metrics[name] else { return nil }
        let isRate = own.unit == "samples/s"
        return engines.dropFirst().compactMap { peer in
            guard let other = peer.metrics[name] else { return nil }
            let ratio = isRate ? own.median / other.median : other.median / own.median
            return (peer.peer, ratio)
        }.min { $0.1 < $1.1 }
    }
}
