/// An array whose copies share their content: appending to a copy, or changing an element of it,
/// duplicates a few small arrays, however many elements there are.
///
/// A tree with up to 32 elements in a leaf and 32 nodes in a branch, filled from the left.
struct SharedArray<Element: Sendable>: Sendable {
    enum Node: Sendable {
        case leaf([Element])
        case branch([Node])
    }

    private(set) var root = Node.leaf([])
    /// Bits of an index below the root's own.
    private var shift = 0
    private(set) var count = 0

    var last: Element? { count > 0 ? self[count - 1] : nil }

    subscript(index: Int) -> Element { root.element(at: index, shift) }

    mutating func append(_ element: Element) {
        if count == 32 << shift {
            root = .branch([root])
            shift += 5
        }
        root.append(element, at: count, shift)
        count += 1
    }

    /// Changes an element in place.
    mutating func update<Result>(at index: Int, _ change: (inout Element) -> Result) -> Result {
        precondition((0..<count).contains(index), "an element is changed that is there")
        return root.update(index, shift, change)
    }

    /// All elements, in a plain array.
    var elements: [Element] {
        var elements: [Element] = []
        elements.reserveCapacity(count)
        root.append(to: &elements)
        return elements
    }
}

extension SharedArray.Node {
    fileprivate func element(at index: Int, _ shift: Int) -> Element {
        switch self {
        case .leaf(let elements): elements[index & 31]
        case .branch(let children): children[index >> shift & 31].element(at: index, shift - 5)
        }
    }

    fileprivate mutating func append(_ element: Element, at index: Int, _ shift: Int) {
        switch self {
        case .leaf(var elements):
            self = .leaf([])
            elements.append(element)
            self = .leaf(elements)
        case .branch(var children):
            self = .leaf([])
            let place = index >> shift & 31
            if place == children.count {
                children.append(shift > 5 ? .branch([]) : .leaf([]))
            }
            children[place].append(element, at: index, shift - 5)
            self = .branch(children)
        }
    }

    /// A node gives its array away while the array is changed, so that an array that no copy shares
    /// is changed in place.
    fileprivate mutating func update<Result>(
        _ index: Int, _ shift: Int, _ change: (inout Element) -> Result
    ) -> Result {
        switch self {
        case .leaf(var elements):
            self = .leaf([])
            defer { self = .leaf(elements) }
            return change(&elements[index & 31])
        case .branch(var children):
            self = .leaf([])
            defer { self = .branch(children) }
            return children[index >> shift & 31].update(index, shift - 5, change)
        }
    }

    fileprivate func append(to all: inout [Element]) {
        switch self {
        case .leaf(let elements): all += elements
        case .branch(let children): for child in children { child.append(to: &all) }
        }
    }
}
