/// A dictionary whose copies share their content: a change of a copy duplicates a few small arrays,
/// however many keys there are.
///
/// A trie over the keys' hash values, four bits a level, with up to eight keys in a leaf.
struct SharedMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    struct Entry: Sendable {
        let key: Key
        var value: Value
    }

    enum Node: Sendable {
        case leaf([Entry])
        case branch([Node])
    }

    private(set) var root = Node.leaf([])
    private(set) var count = 0

    subscript(key: Key) -> Value? {
        get { withValue(of: key) { $0 } }
        set {
            guard let newValue else { return remove(key) }
            update(key, default: newValue) { $0 = newValue }
        }
    }

    /// Lends the value of a key in place; nil if there is none.
    func withValue<Result>(of key: Key, _ body: (Value) -> Result) -> Result? {
        root.withValue(of: key, HashDigits(key), body)
    }

    /// Changes the value of a key in place; a key without a value gets `absent` first.
    mutating func update<Result>(
        _ key: Key, default absent: @autoclosure () -> Value, _ change: (inout Value) -> Result
    ) -> Result {
        var isNew = false
        let result = root.update(key, HashDigits(key)) { value in
            isNew = value == nil
            var changed = value.take() ?? absent()
            defer { value = changed }
            return change(&changed)
        }
        if isNew { count += 1 }
        return result
    }

    private mutating func remove(_ key: Key) {
        if root.remove(key, HashDigits(key)) { count -= 1 }
    }

    /// All keys, in no order.
    var keys: [Key] {
        var keys: [Key] = []
        keys.reserveCapacity(count)
        root.visit { keys.append($0.key) }
        return keys
    }

    /// Lends every entry, in no order.
    func visit(_ body: (Entry) -> Void) { root.visit(body) }
}

/// A hash value as the places that it leads to, the first level first.
private struct HashDigits {
    private var rest: UInt
    private(set) var levelsLeft = UInt.bitWidth / 4

    init(_ key: some Hashable) { rest = UInt(bitPattern: key.hashValue) }

    var first: Int { Int(rest & 15) }

    var next: HashDigits {
        var next = self
        next.rest >>= 4
        next.levelsLeft -= 1
        return next
    }

    func skipping(_ levelCount: Int) -> HashDigits {
        var digits = self
        for _ in 0..<levelCount { digits = digits.next }
        return digits
    }
}

extension SharedMap.Node {
    private static var leafCountMax: Int { 8 }
    private static var width: Int { 16 }

    fileprivate func withValue<Result>(
        of key: Key, _ digits: HashDigits, _ body: (Value) -> Result
    ) -> Result? {
        switch self {
        case .leaf(let entries):
            for entry in entries where entry.key == key { return body(entry.value) }
            return nil
        case .branch(let children):
            return children[digits.first].withValue(of: key, digits.next, body)
        }
    }

    /// Changes, adds or leaves out the value of a key: nil before if there is none.
    ///
    /// A node gives its array away while the array is changed, so that an array that no copy of the
    /// map shares is changed in place.
    fileprivate mutating func update<Result>(
        _ key: Key, _ digits: HashDigits, _ change: (inout Value?) -> Result
    ) -> Result {
        switch self {
        case .branch(var children):
            self = .leaf([])
            let result = children[digits.first].update(key, digits.next, change)
            self = .branch(children)
            return result
        case .leaf(var entries):
            self = .leaf([])
            // The entry is taken out, so that the value is held once while it is changed.
            var value: Value?
            if let index = entries.firstIndex(where: { $0.key == key }) {
                entries.swapAt(index, entries.count - 1)
                value = entries.removeLast().value
            }
            let result = change(&value)
            if let value { entries.append(SharedMap.Entry(key: key, value: value)) }
            self = .leaf(entries)
            if entries.count > Self.leafCountMax, digits.levelsLeft > 0 {
                split(entries, UInt.bitWidth / 4 - digits.levelsLeft)
            }
            return result
        }
    }

    private mutating func split(_ entries: [SharedMap.Entry], _ level: Int) {
        var children = [SharedMap.Node](repeating: .leaf([]), count: Self.width)
        for entry in entries {
            let digits = HashDigits(entry.key).skipping(level)
            children[digits.first].update(entry.key, digits.next) { $0 = entry.value }
        }
        self = .branch(children)
    }

    fileprivate mutating func remove(_ key: Key, _ digits: HashDigits) -> Bool {
        update(key, digits) { value in value.take() != nil }
    }

    fileprivate func visit(_ body: (SharedMap.Entry) -> Void) {
        switch self {
        case .leaf(let entries): for entry in entries { body(entry) }
        case .branch(let children): for child in children { child.visit(body) }
        }
    }
}
