import BACnetIP
import BACnetMessages
import Testing

@Suite("ObjectList") struct ObjectListTests {
    private static let device = ObjectIdentifier(.device, 7)
    private static let refusal = ErrorReply(.property, .other)

    /// A device with six inputs whose list has faults.
    private struct OddList {
        var statedCount: UInt64 = 7
        /// So many elements are in the reply to the whole; `nil` for an error in place of it.
        var wholeCount: Int? = 7
        var holes: Set<Int> = []
        var hasLength = true

        private var objects: [ObjectIdentifier] {
            [ObjectListTests.device] + (1...6).map { ObjectIdentifier(.analogInput, $0) }
        }

        func answer(_ pdu: RequestPDU) -> [APDU] {
            let targets =
                (try? ReadPropertyMultipleRequest(decoding: pdu.octets))?.targets
                ?? (try? ReadPropertyRequest(decoding: pdu.octets)).map { [$0.target] } ?? []
            var table = TableDevice(properties: [:])
            for target in targets {
                switch target.reference.index {
                case nil:
                    table.properties[target] = wholeCount.map {
                        objects.prefix($0).map { .object($0) }
                    }
                case 0?: table.properties[target] = hasLength ? [.unsigned(statedCount)] : nil
                case let index?:
                    guard index <= objects.count, !holes.contains(Int(index)) else { continue }
                    table.properties[target] = [.object(objects[Int(index) - 1])]
                }
            }
            return table.answer(pdu)
        }
    }

    private func read(_ odd: OddList) throws -> (list: ObjectList, requestCount: Int) {
        let site = Site()
        site.device(odd.answer)
        let list = try site.go {
            try await $0.objectList(of: ObjectListTests.device, at: Site.device)
        }
        return (list, site.requests.count)
    }

    // A gateway sent three of its seven elements in reply to the whole list, and no one noticed.
    @Test("of a device that cuts the whole short is read by index", arguments: 0..<7)
    func cutShort(at count: Int) throws {
        let list = try read(OddList(wholeCount: count)).list
        #expect(list.objects.count == 7 && list.isComplete && list.unread.isEmpty)
        #expect("\(list)" == "7 objects")
    }

    @Test("names the elements that cannot be read", arguments: [[3], [1, 7], [2, 3, 4, 5, 6, 7]])
    func holes(at holes: [Int]) throws {
        let list = try read(OddList(wholeCount: nil, holes: Set(holes))).list
        #expect(list.objects.count == 7 - holes.count && !list.isComplete)
        #expect(list.unread.map(\.index) == holes && list.missingCount == holes.count)
        #expect(
            "\(list)".hasPrefix(
                "\(holes.count) of 7 elements of the object list cannot be read: element \(holes[0]), "
            )
        )
    }

    @Test("is not complete if its elements by index have holes and its whole is cut short")
    func both() throws {
        let list = try read(OddList(wholeCount: 3, holes: [5, 6])).list
        #expect(list.objects.count == 5 && list.missingCount == 2)
        #expect(list.unread.map(\.index) == [5, 6])
    }

    // A list that states 65,000 elements and has seven took 65,000 requests.
    @Test("is not requested to its stated end if nothing of it is there")
    func tooLong() throws {
        let (list, requestCount) = try read(OddList(statedCount: 65_000, wholeCount: nil))
        #expect(list.objects.count == 7 && list.missingCount == 64_993)
        #expect(list.unread.count == ObjectList.unreadCountMax && requestCount < 300)
    }

    @Test("without a length is what the whole has")
    func lengthUnknown() throws {
        let list = try read(OddList(hasLength: false)).list
        #expect(list.objects.count == 7 && list.statedCount == nil && list.isComplete)
    }

    @Test("has each object once, and counts its repetitions as read")
    func repeated() throws {
        let list = try read(OddList(statedCount: 7)).list
        #expect(Set(list.objects).count == list.objects.count && list.readCount == 7)
    }
}
