public import TimeSeriesModel

/// JSON that is written as it is made, without a tree.
public struct JSONText: Sendable {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []
    /// Whether the next element or field is the first of its list or object.
    private var isFirst = true

    public init() {}

    /// What was written, which is taken away.
    public mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    public mutating func object<E>(_ body: (inout JSONText) throws(E) -> Void) throws(E) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        isFirst = true
        try body(&self)
        bytes.append(UInt8(ascii: "}"))
        isFirst = false
    }

    public mutating func array<E>(_ body: (inout JSONText) throws(E) -> Void) throws(E) {
        separate()
        bytes.append(UInt8(ascii: "["))
        isFirst = true
        try body(&self)
        bytes.append(UInt8(ascii: "]"))
        isFirst = false
    }

    /// A field with a list.
    public mutating func list<Element, E>(
        _ name: String, _ elements: some Sequence<Element>,
        _ body: (inout JSONText, Element) throws(E) -> Void
    ) throws(E) {
        key(name)
        try array { (json) throws(E) in for element in elements { try body(&json, element) } }
    }

    public mutating func object<E>(
        _ name: String, _ body: (inout JSONText) throws(E) -> Void
    ) throws(E) {
        key(name)
        try object(body)
    }

    public mutating func field(_ name: String, _ text: String?) {
        key(name)
        value(text)
    }

    public mutating func field(_ name: String, _ number: Int?) {
        key(name)
        guard let number else { return null() }
        separate()
        NumberText.append(Int64(number), to: &bytes)
    }

    public mutating func field(_ name: String, _ number: Double?) {
        key(name)
        value(number)
    }

    public mutating func field(_ name: String, _ flag: Bool) {
        key(name)
        separate()
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    }

    /// Unix milliseconds.
    public mutating func field(_ name: String, _ time: Timestamp?) {
        key(name)
        value(time)
    }

    /// Milliseconds.
    public mutating func field(_ name: String, _ length: Duration?) {
        field(name, length.map { Int($0 / .milliseconds(1)) })
    }

    /// JSON that was made elsewhere.
    public mutating func field(_ name: String, json: [UInt8]) {
        key(name)
        separate()
        bytes.append(contentsOf: json)
    }

    public mutating func value(_ text: String?) {
        guard let text else { return null() }
        separate()
        FieldText.appendJSON(text, to: &bytes)
    }

    /// JSON has no word for what is no finite number: null.
    public mutating func value(_ number: Double?) {
        guard let number, number.isFinite else { return null() }
        separate()
        NumberText.append(number, to: &bytes)
    }

    public mutating func value(_ time: Timestamp?) {
        guard let time else { return null() }
        separate()
        NumberText.append(time.milliseconds, to: &bytes)
    }

    private mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    private mutating func key(_ name: String) {
        separate()
        FieldText.appendJSON(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        isFirst = true
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }
}
