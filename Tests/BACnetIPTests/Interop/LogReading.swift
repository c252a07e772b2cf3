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

        static func truth(_ reply: [String: Any]) throws -> [Truth] {
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
                    case "values":
                        "value \((payload.first as? Double).map { "\(Float($0))" } ?? "?")"
                    case "status": "status \(payload.map { "\($0)" }.joined())"
                    default: kind
                    }
                return Truth(
                    sequence: UInt32(sequence), time: time, words: "\(Int(time)) \(words)")
            }
        }

        private static func words(_ record: LogRecord) -> String {
            let time = record.time.unixMilliseconds(utcOffsetMinutes: 0).map { $0 / 1000 }
            let words =
                switch record.datum {
                case .real(let value): "value \(value)"
                case .status(let status): "status \(status.bits)"
                case .timeChange: "time-change"
                case .failure: "failure"
                default: "\(record.datum)"
                }
            return "\(time ?? -1) \(words)"
        }

        private func page(
            _ range: ReadRangeRequest.Range
        ) async throws -> (ReadRangeAck, [LogRecord]) {
            let ack = try await client.readRange(range, of: target, at: device)
            return (ack, try ack.logRecords())
        }

        func byPosition(_ count: Int) async throws -> [String] {
            var found: [String] = []
            for _ in 0..<pageCountMax where found.count < count {
                let position = UInt32(found.count + 1)
                let (_, records) = try await page(.byPosition(position, count: pageCount))
                if records.isEmpty { break }
                found += records.map(LogReading.words)
            }
            return found
        }

        func bySequence(from first: UInt32, _ count: Int) async throws -> [String] {
            var found: [String] = []
            var next = first
            for _ in 0..<pageCountMax where found.count < count {
                let (ack, records) = try await page(.bySequence(next, count: pageCount))
                guard ack.firstSequence == next, !records.isEmpty else { break }
                found += records.map(LogReading.words)
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
                found += records.map(LogReading.words)
                last = records.last?.time
            }
            return found
        }
    }
#endif
