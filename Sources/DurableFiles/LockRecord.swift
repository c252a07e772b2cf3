/// The text in a lock's file: who holds it, for other processes and for people.
///
/// ```
/// almanac lock 1
/// pid 4711
/// namespace pid:[4026531836]
/// boot 4f8fd4c1-…
/// start 123456
/// program almanacd
/// ```
///
/// padded with line ends to a fixed length.
enum LockRecord {
    static let byteCount = 512
    private static let title = "almanac lock 1"

    /// The longest value that is kept of a field; four of them leave the record its length.
    private static let fieldByteCountMax = 80

    /// What the file says when nobody holds the lock.
    static var released: [UInt8] { padded("\(title)\nreleased\n") }

    static func encode(_ holder: LockHolder) -> [UInt8] {
        padded(
            """
            \(title)
            pid \(holder.processID)
            namespace \(field(holder.processNamespace))
            boot \(field(holder.bootID))
            start \(holder.startTime)
            program \(field(holder.program))

            """)
    }

    /// Nil if nobody holds the lock, or the text is not one of ours. The liveness is unknown.
    static func decode(_ bytes: [UInt8]) -> LockHolder? {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard lines.first == title[...] else { return nil }
        func value(_ name: String) -> String? {
            lines.first { $0.hasPrefix(name + " ") }.map { String($0.dropFirst(name.count + 1)) }
        }
        guard let number = value("pid").flatMap({ Int32($0) }), number > 0 else { return nil }
        return LockHolder(
            processID: number, processNamespace: value("namespace") ?? "",
            bootID: value("boot") ?? "", startTime: value("start").flatMap { UInt64($0) } ?? 0,
            program: value("program") ?? "", liveness: .unknown)
    }

    private static func field(_ text: String) -> String {
        // One line each, and short enough: a program may be called anything.
        String(decoding: text.utf8.prefix(fieldByteCountMax).filter { $0 >= 0x20 }, as: UTF8.self)
    }

    private static func padded(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        precondition(bytes.count <= byteCount, "a lock record has its fixed length")
        return bytes + Array(repeating: 0x0A, count: byteCount - bytes.count)
    }
}
