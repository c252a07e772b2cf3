import AlmanacCollector
import BACnetIP
import BACnetMessages

extension DeviceProbe {
    /// Of more logs than these the others are counted only.
    private static let logCountMax = 20

    private static let logProperties: [PropertyIdentifier] = [
        .objectName, .recordCount, .totalRecordCount, .bufferSize, .logInterval, .enable,
        .logDeviceObjectProperty,
    ]

    /// How much the logs hold, and their first and last record.
    mutating func readLogs(of found: FoundDevice, _ objects: [ObjectIdentifier]) async {
        let all = objects.filter(\.type.isLog)
        let logs = Array(all.prefix(DeviceProbe.logCountMax))
        guard !logs.isEmpty else { return }
        let answers = await DeviceReading(
            logs.flatMap { log in DeviceProbe.logProperties.map { ObjectProperty(log, $0) } },
            of: found.address, from: client)
        problems += answers.silence.map { ["\($0)"] } ?? []
        var rows: [[RowWriter.Field]] = []
        for log in logs { rows.append(await fields(of: log, answers, found)) }
        report.sections.append(.init("logs", list: rows))
        if all.count > logs.count {
            report.sections.append(
                .init("further_logs", [.init("count", .integer(all.count - logs.count))]))
        }
    }

    private func fields(
        of log: ObjectIdentifier, _ answers: DeviceReading, _ found: FoundDevice
    ) async -> [RowWriter.Field] {
        func number(_ property: PropertyIdentifier) -> UInt64? {
            answers.number(ObjectProperty(log, property))
        }
        func cell(_ property: PropertyIdentifier) -> Cell {
            number(property).map { .integer(Int(clamping: $0)) } ?? .missing
        }
        var fields: [RowWriter.Field] = [
            .init("object", .text("\(log)")),
            .init("name", .text(answers.text(ObjectProperty(log, .objectName)))),
            .init("logs", .text(DeviceProbe.target(of: log, answers))),
            .init("enabled", number(.enable).map { .flag($0 == 1) } ?? .missing),
            .init("record_count", cell(.recordCount)),
            .init("total_record_count", cell(.totalRecordCount)),
            .init("buffer_size", cell(.bufferSize)),
            // In hundredths of a second (clause 12.25).
            .init(
                "interval_ms",
                number(.logInterval).map { .length(milliseconds: DeviceProbe.milliseconds($0)) }
                    ?? .missing),
        ]
        guard let count = number(.recordCount).flatMap(UInt32.init(exactly:)), count > 0 else {
            return fields
        }
        fields.append(.init("first_record", await record(1, of: log, found)))
        fields.append(.init("last_record", await record(count, of: log, found)))
        return fields
    }

    /// Of hundredths of a second; what nobody can mean is the longest that there is.
    static func milliseconds(_ hundredths: UInt64) -> Int64 {
        let (length, isLonger) = Int64(clamping: hundredths).multipliedReportingOverflow(by: 10)
        return isLonger ? .max : length
    }

    /// Time, in the device's own, and what was recorded; or why it cannot be had.
    private func record(
        _ position: UInt32, of log: ObjectIdentifier, _ found: FoundDevice
    ) async -> Cell {
        let ack: ReadRangeAck
        do throws(RequestFailure) {
            ack = try await client.readRange(
                .byPosition(position, count: 1), of: ObjectProperty(log, .logBuffer),
                at: found.address)
        } catch { return DeviceProbe.record(nil, .missing, problem: "\(error)") }
        do throws(MessageError) {
            if log.type == .trendLogMultiple {
                guard let record = try ack.logMultipleRecords().first else { return .missing }
                return DeviceProbe.record(record.time, .text(LogText.text(record.data)))
            }
            guard let record = try ack.logRecords().first else { return .missing }
            return DeviceProbe.record(record.time, LogText.cell(record.datum))
        } catch {
            return DeviceProbe.record(
                nil, .missing, problem: "a record that cannot be read: \(error)")
        }
    }

    /// - Parameter time: the device's own, without an offset.
    private static func record(
        _ time: BACnetDateTime?, _ value: Cell, problem: String? = nil
    ) -> Cell {
        .fields([
            .init("local", .text(time.map(ValueText.text))), .init("value", value),
            .init("problem", .text(problem)),
        ])
    }

    /// What is logged, from the context tags of BACnetDeviceObjectPropertyReference: object 0,
    /// property 1.
    private static func target(of log: ObjectIdentifier, _ answers: DeviceReading) -> String? {
        let values = answers.values(ObjectProperty(log, .logDeviceObjectProperty)) ?? []
        let objects = values.compactMap { value -> String? in
            guard case .context(tag: 0, let octets) = value, octets.count == 4 else { return nil }
            let bits = octets.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let type = ObjectType(rawValue: UInt16(bits >> 22))
            return ObjectIdentifier(type: type, instance: bits & 0x3F_FFFF).map { "\($0)" }
        }
        return objects.isEmpty ? nil : objects.joined(separator: " ")
    }
}

/// Records of logs as people read them.
enum LogText {
    /// A number as one, anything else as a text.
    static func cell(_ datum: LogDatum) -> Cell {
        switch datum {
        case .real(let real): ValueText.cell([.real(real)])
        case .enumerated(let number): .name(Int(number))
        case .unsigned(let number): .name(Int(clamping: number))
        case .signed(let number): .name(Int(clamping: number))
        case .boolean(let flag): .flag(flag)
        default: .text(text(datum))
        }
    }

    static func text(_ datum: LogDatum) -> String {
        switch datum {
        case .status(let status): "log \(words(status))"
        case .boolean(let flag): flag ? "true" : "false"
        case .real(let real): ValueText.text(.real(real))
        case .enumerated(let number): "\(number)"
        case .unsigned(let number): "\(number)"
        case .signed(let number): "\(number)"
        case .bits(let bits): "bits \(bits)"
        case .null: "null"
        case .failure(let error): "failure \(error)"
        case .timeChange(let seconds): "clock set by \(ValueText.text(.real(seconds))) s"
        case .any(let values): ValueText.text(values)
        case .unreadable(let octets): "unreadable record \(ValueText.hex(octets))"
        }
    }

    static func text(_ data: LogMultipleRecord.Data) -> String {
        switch data {
        case .status(let status): "log \(words(status))"
        case .values(let values): values.map(text).joined(separator: ", ")
        case .timeChange(let seconds): "clock set by \(ValueText.text(.real(seconds))) s"
        case .unreadable(let octets): "unreadable record \(ValueText.hex(octets))"
        }
    }

    private static func words(_ status: LogStatus) -> String {
        let words = [
            status.isDisabled ? "disabled" : nil, status.isPurged ? "purged" : nil,
            status.isInterrupted ? "interrupted" : nil,
        ].compactMap(\.self)
        return words.isEmpty ? "enabled" : words.joined(separator: ", ")
    }
}
