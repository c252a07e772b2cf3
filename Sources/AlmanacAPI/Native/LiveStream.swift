import Almanac
import BuildingModel
import DurableFiles

/// Committed samples as server-sent events: `sample` with the position as id, `reset` if some are to be
/// read from the store, and a comment from time to time so that both sides know of each other.
struct LiveStream: Sendable {
    let history: DataManager
    let observations: Observations
    /// A glob of full names; nil for all points.
    let pattern: String?
    let heartbeat: Duration

    /// Runs until the client has gone, reads too slowly, or the store is closed.
    func run(to writer: any APIBodyWriter) async throws {
        let turn = Turn(writer)
        try await turn.write(Array("retry: 2000\n\n".utf8))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    try await Task.sleep(for: heartbeat)
                    try await turn.write(Array(": alive\n\n".utf8))
                }
            }
            group.addTask {
                var names = Names(history: history, pattern: pattern)
                for await observation in observations {
                    try Task.checkCancellation()
                    let text = LiveStream.text(of: observation, &names)
                    if !text.isEmpty { try await turn.write(text) }
                }
            }
            // The first that ends, by the store or the client, ends the other.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private static func text(of observation: Observation, _ names: inout Names) -> [UInt8] {
        switch observation {
        case .reset(let position):
            return Array("event: reset\nid: \(position)\ndata: {}\n\n".utf8)
        case .samples(let samples, let position):
            var json = JSONText()
            var count = 0
            json.array { json in
                for sample in samples {
                    guard let name = names.name(of: sample.point) else { continue }
                    count += 1
                    json.object { json in
                        json.field("address", sample.point.description)
                        json.field("name", name)
                        json.field("time", sample.timestamp)
                        json.field("value", sample.value)
                        json.field("quality", sample.quality.description)
                    }
                }
            }
            guard count > 0 else { return [] }
            return Array("event: sample\nid: \(position)\ndata: ".utf8) + json.bytes
                + Array("\n\n".utf8)
        }
    }

    /// The names of the points that the client wants.
    private struct Names {
        let history: DataManager
        let pattern: String?
        private var known: [PointAddress: String?] = [:]
        private var revision: UInt64?
        private var wanted: Set<PointAddress> = []

        init(history: DataManager, pattern: String?) {
            self.history = history
            self.pattern = pattern
        }

        mutating func name(of point: PointAddress) -> String? {
            if revision != history.catalogRevision {
                revision = history.catalogRevision
                known = [:]
                if let pattern {
                    wanted = Set(
                        ((try? history.points(matching: pattern)) ?? []).map(\.address))
                }
            }
            if let name = known[point] { return name }
            let isWanted = pattern == nil || wanted.contains(point)
            let name = isWanted ? history.fullName(of: point) : nil
            known[point] = .some(name)
            return name
        }
    }

    /// One write at a time: a sign of life does not come into the middle of an event.
    private actor Turn {
        private let writer: any APIBodyWriter
        private var last: Task<Void, any Error>?

        init(_ writer: any APIBodyWriter) { self.writer = writer }

        func write(_ bytes: [UInt8]) async throws {
            let before = last
            let writer = writer
            let own = Task {
                if let before { try await before.value }
                try await writer.write(bytes)
            }
            last = own
            try await own.value
        }
    }
}
