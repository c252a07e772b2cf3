/// A binary heap: the least element first.
package struct PriorityQueue<Element: Comparable & Sendable>: Sendable {
    private var elements: [Element] = []

    package init() {}

    package var isEmpty: Bool { elements.isEmpty }
    package var count: Int { elements.count }
    package var first: Element? { elements.first }

    package mutating func insert(_ element: Element) {
        elements.append(element)
        var index = elements.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard elements[index] < elements[parent] else { return }
            elements.swapAt(index, parent)
            index = parent
        }
    }

    @discardableResult package mutating func popFirst() -> Element? {
        guard let first = elements.first else { return nil }
        let last = elements.removeLast()
        guard !elements.isEmpty else { return first }
        elements[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < elements.count && elements[child] < elements[least] { least = child }
            guard least != index else { return first }
            elements.swapAt(index, least)
            index = least
        }
    }

    /// Removes elements in the time that it takes to look at each.
    package mutating func removeAll(where isRemoved: (Element) -> Bool) {
        let kept = elements.filter { !isRemoved($0) }
        elements = []
        for element in kept { insert(element) }
    }
}
