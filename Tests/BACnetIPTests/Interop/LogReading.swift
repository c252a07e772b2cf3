#if Collector
    import BACnetIP
    import BACnetMessages

    /// Reads a trend log page by page, in three ways.
    struct LogReading {
        let client: BACnetClient
        let device: DeviceAddress
        let target: ObjectProperty
        /// Records that are asked for at a time: more than some devices give, less than there are.
        private let pageCount: Int32 = 25
        private let pageCountMax = 100

        /// A record as the simulator says it.
        struct Truth {
            let sequence: UInt32
            /// Unix time.
            let time: Double
            let words: String
        }

        static func truth(_ reply: [String: Any], hasFlags: Bool) throws -> [Truth] {
            guard let records = reply["records"] as? [[String: Any]] else {
                throw Simulator.Failure(message: "\(reply)")
            }
            return try records.map { record in
                guard let sequence = record["seq"] as? Int, let time = record["time"] as? Double,
                    let kind = record["kind"] as? String
                else { throw Simulator.Failure(message: "\(record)") }
                let payload = record["payload"] as? [Any] ?? []
                let words =
                    switch kind {
                    case "values": payload.map(number).joined(separator: " ")
                    case "status": "status \(payload.map { "\($0)" }.joined())"
                    default: kind
                    }
                let flags = record["status_flags"] as? [Int]
                return Truth(
                    sequence: UInt32(sequence), time: time,
                    words: LogReading.words(
                        time, words, hasFlags ? flags.map { $0.map { "\($0)" }.joined() } : nil))
            }
        }

        private static func number(_ value: Any) -> String {
            (value as? Double).map { "\(Float($0))" } ?? "?"
        }

        private static func words(_ time: Double, _ words: String, _ flags: String?) -> String {
            "\(Int(time)) \(words)" + (flags.map { " flags \($0)" } ?? "")
        }

        /// A record as words, and when it was written.
        private struct Record {
            let time: BACnetDateTime
            let words: String

            init(_ time: BACnetDateTime, _ words: String, flags: String? = nil) {
                self.time = time
                let seconds = time.unixMilliseconds(utcOffsetMinutes: 0).map { $0 / 1000 }
                self.words = LogReading.words(Double(seconds ?? -1), words, flags)
            }
        }

        private static func words(_ datum: LogDatum) -> String {
            switch datum {
            case .real(let value): "\(value)"
            case .enumerated(let value): "\(Float(value))"
            case .unsigned(let value): "\(Float(value))"
            case .status(let status): "status \(status.bits)"
            case .timeChange: "time-change"
            case .failure: "failure"
            default: "\(datum)"
            }
        }

        private static func words(_ data: LogMultipleRecord.Data) -> String {
            switch data {
            case .status(let status): return "status \(status.bits)"
            case .timeChange: return "time-change"
            case .values(let values):
                let isFailure = values.allSatisfy {
                    if case .failure = $0 { true } else { false }
                }
                return isFailure ? "failure" : values.map(words).joined(separator: " ")
            case .unreadable: return "unreadable"
            }
        }

        private func page(
            _ range: ReadRangeRequest.Range
        ) async throws -> (ReadRangeAck, [Record]) {
            let ack = try await client.readRange(range, of: target, at: device)
            if target.object.type == .trendLogMultiple {
                return (
                    ack,
                    try ack.logMultipleRecords().map {
                        Record($0.time, LogReading.words($0.data))
                    }
                )
            }
            return (
                ack,
                try ack.logRecords().map {
                    Record(
                        $0.time, LogReading.words($0.datum),
                        flags: $0.statusFlags.map { "\($0.bits)" })
                }
            )
        }

        func byPosition(_ count: Int) async throws -> [String] {
            var found: [String] = []
            for _ in 0..<pageCountMax where found.count < count {
                let position = UInt32(found.count + 1)
                let (_, records) = try await page(.byPosition(position, count: pageCount))
                if records.isEmpty { break }
                found += records.map(\.words)
            }
            return found
        }

        func bySequence(from first: UInt32, _ count: Int) async throws -> [String] {
            var found: [String] = []
            var next = first
            for _ in 0..<pageCountMax where found.count < count {
                let (ack, records) = try await page(.bySequence(next, count: pageCount))
                guard ack.firstSequence == next, !records.isEmpty else { break }
                found += records.map(\.words)
                // Behind the greatest number comes 1.
                for _ in records { next = next == .max ? 1 : next + 1 }
            }
            return found
        }

        func byTime(after time: Double) async throws -> [String] {
            var found: [String] = []
            var last = BACnetDateTime(
                unixMilliseconds: Int64(time * 1000), utcOffsetMinutes: 0)
            for _ in 0..<pageCountMax {
                guard let reference = last else { break }
                let (_, records) = try await page(.byTime(reference, count: pageCount))
                if records.isEmpty { break }
                found += records.map(\.words)
                last = records.last?.time
            }
            return found
        }
    }
#endif
