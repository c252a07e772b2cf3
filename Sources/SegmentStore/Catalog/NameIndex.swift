/// Who has a name. Nearly always one; several are kept, since names are people's.
struct NameIndex<Element: Hashable & Sendable>: Sendable {
    // An array for each name would cost more than all the names.
    private var first = SharedMap<String, Element>()
    private var further = SharedMap<String, [Element]>()

    /// All that have the name, in the order in which they got it.
    subscript(name: String) -> [Element] {
        guard let element = first[name] else { return [] }
        return [element] + (further[name] ?? [])
    }

    mutating func insert(_ element: Element, for name: String) {
        if first[name] == nil {
            first[name] = element
        } else {
            further.update(name, default: []) { $0.append(element) }
        }
    }

    mutating func remove(_ element: Element, for name: String) {
        var elements = self[name]
        elements.removeAll { $0 == element }
        first[name] = elements.first
        further[name] = elements.count > 1 ? Array(elements.dropFirst()) : nil
    }
}
