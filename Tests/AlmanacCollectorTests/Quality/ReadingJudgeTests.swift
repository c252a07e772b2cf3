import BACnetIP
import BACnetMessages
import BuildingModel
import TestSupport
import Testing
import TimeSeriesModel

@testable import AlmanacCollector

@Suite("ReadingJudge") struct ReadingJudgeTests {
    private static let device = DeviceAddress(node: IPv4Endpoint(10, 0, 0, 7))

    private static func point(
        _ type: PointType = .input, _ dataType: DataType = .analog, range: UInt16? = nil
    ) -> CollectedPoint {
        CollectedPoint(
            address: PointAddress(device: 1, type: type, number: 1),
            object: ObjectIdentifier(dataType == .digital ? .binaryInput : .analogInput, 1),
            dataType: dataType, profile: PointProfile(rangeCode: range))
    }

    private func judge(
        _ value: TaggedValue, flags: StatusFlags = StatusFlags(), reliability: UInt32? = nil,
        _ profile: DeviceProfileName = .standard, of point: CollectedPoint = point()
    ) -> JudgedReading {
        ReadingJudge(profile).judge(
            .init(
                presentValue: .values([value]), statusFlags: .values([.bits(flags.bits)]),
                reliability: reliability.map { .values([.enumerated($0)]) }),
            of: point)
    }

    @Test(
        "sets the quality by flags and reliability",
        arguments: [
            (StatusFlags(), UInt32?.none, "good"), (StatusFlags(), 0, "good"),
            (StatusFlags(inAlarm: true), nil, "good+alarm"),
            (StatusFlags(fault: true), nil, "bad+fault"), (StatusFlags(), 7, "bad+fault"),
            (StatusFlags(overridden: true), nil, "uncertain+overridden"),
            (StatusFlags(outOfService: true), nil, "uncertain+out_of_service"),
            (
                StatusFlags(inAlarm: true, fault: true, overridden: true, outOfService: true), 0,
                "bad+alarm+fault+overridden+out_of_service"
            ),
        ])
    func quality(flags: StatusFlags, reliability: UInt32?, text: String) {
        #expect(
            judge(.real(21.5), flags: flags, reliability: reliability)
                == .value(21.5, Quality(text)!))
    }

    @Test("makes no number of what is none") func noNumber() {
        let cases: [(TaggedValue, GapReason)] = [
            (.real(.nan), .notANumber), (.real(.infinity), .notANumber),
            (.real(-.infinity), .notANumber), (.double(.nan), .notANumber), (.null, .notANumber),
            (.characters(CharacterString("21")), .deviceError), (.octets([1]), .deviceError),
            (.constructed(tag: 1, [.real(1)]), .deviceError),
        ]
        for (value, reason) in cases {
            guard case .missing(let found, _) = judge(value) else {
                Issue.record("\(value) became a value")
                continue
            }
            #expect(found == reason)
        }
        let empty = ReadingJudge(.standard).judge(
            .init(presentValue: .values([])), of: Self.point())
        guard case .missing(.deviceError, _) = empty else {
            Issue.record("nothing became \(empty)")
            return
        }
    }

    @Test("takes the number by the tag that came, and zero as a value") func tags() {
        #expect(judge(.real(0)) == .value(0, .good))
        #expect(judge(.real(72.3)) == .value(72.3, .good))
        #expect(judge(.unsigned(3)) == .value(3, .good))
        #expect(judge(.signed(-3)) == .value(-3, .good))
        #expect(judge(.enumerated(2)) == .value(2, .good))
        #expect(judge(.double(0.1)) == .value(0.1, .good))
        #expect(judge(.enumerated(1), of: Self.point(.input, .digital)) == .value(1, .good))
        #expect(judge(.boolean(true), of: Self.point(.input, .digital)) == .value(1, .good))
        for value in [TaggedValue.enumerated(2), .real(21.5), .unsigned(255)] {
            guard case .missing(.deviceError, _) = judge(value, of: Self.point(.input, .digital))
            else {
                Issue.record("a digital point shows \(value)")
                continue
            }
        }
    }

    @Test("knows unknown, refused and lost apart") func outcomes() {
        func judge(_ outcome: PropertyOutcome) -> JudgedReading {
            ReadingJudge(.standard).judge(.init(presentValue: outcome), of: Self.point())
        }
        func failure(_ reason: RequestFailure.Reason) -> PropertyOutcome {
            .failure(
                RequestFailure(
                    device: Self.device, request: "read", tries: 4, elapsed: .seconds(20),
                    reason: reason))
        }
        for code in [ErrorCode.unknownObject, .unknownProperty] {
            guard case .unknown = judge(.error(ErrorReply(.object, code))) else {
                Issue.record("\(code)")
                continue
            }
        }
        guard
            case .missing(.deviceError, _) = judge(.error(ErrorReply(.device, .operationalProblem)))
        else {
            Issue.record("an error")
            return
        }
        guard case .lost(let words) = judge(failure(.silence(lastDropped: nil))) else {
            Issue.record("silence")
            return
        }
        #expect(words == "10.0.0.7:47808, read: no answer; 4 tries in 20.0 s")
        guard case .missing(.deviceError, _) = judge(failure(.abort(.bufferOverflow))) else {
            Issue.record("an abort")
            return
        }
        guard case .notRead = judge(failure(.cancelled)) else {
            Issue.record("a cancelled request")
            return
        }
    }

    @Test("is uncertain if the flags cannot be read, and not if there are none") func flags() {
        func judge(_ flags: PropertyOutcome) -> JudgedReading {
            ReadingJudge(.standard).judge(
                .init(presentValue: .values([.real(1)]), statusFlags: flags), of: Self.point())
        }
        #expect(judge(.error(ErrorReply(.property, .unknownProperty))) == .value(1, .good))
        #expect(judge(.error(ErrorReply(.property, .readAccessDenied))) == .value(1, .uncertain))
        #expect(judge(.values([.unsigned(0)])) == .value(1, .uncertain))
    }

    /// A panel sends int32 thousandths as REAL.
    @Test("restores a panel's thousandths, each of them") func thousandths() {
        let judge = ReadingJudge(.t3)
        var wrong = 0
        for thousandth in stride(from: -16_383_999, through: 16_383_999, by: 1)
        where
            thousandth % 97 == 0 || abs(thousandth) > 16_300_000
        {
            let real = Float(Double(thousandth) / 1000)
            let read = judge.judge(
                .init(presentValue: .values([.real(real)])), of: Self.point(.variable))
            if read != .value(Double(thousandth) / 1000, .good) { wrong += 1 }
        }
        #expect(wrong == 0)
        // Beyond, thousandths and reals are not one to one: the shortest decimal stays.
        #expect(self.judge(.real(20_000.125), .t3) == .value(Double(shortest: 20_000.125), .good))
    }

    @Test("makes no value of a panel's sentinel, and an uncertain one of raw counts")
    func sentinel() {
        let sentinel = Float(1_431_655.765)
        guard case .missing(.sentinel, _) = judge(.real(sentinel), .t3) else {
            Issue.record("the sentinel became a value")
            return
        }
        #expect(judge(.real(sentinel)) == .value(Double(shortest: sentinel), .good))
        #expect(judge(.real(512), .t3, of: Self.point(range: 0)) == .value(512, .uncertain))
        #expect(judge(.real(512), .t3, of: Self.point(range: 3)) == .value(512, .good))
        #expect(judge(.real(512), .t3, of: Self.point(.variable, range: 0)) == .value(512, .good))
    }
}
