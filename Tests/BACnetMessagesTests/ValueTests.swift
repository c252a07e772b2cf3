import BACnetMessages
import Testing

@Suite("CharacterString") struct CharacterStringTests {
    @Test("reads UTF-8, ISO 8859-1 and UCS-2")
    func read() throws {
        #expect(try CharacterString(characterSet: .utf8, octets: Array("b°ü".utf8)).text() == "b°ü")
        let latin = CharacterString(characterSet: .iso8859Part1, octets: [0x62, 0xB0, 0xFC])
        #expect(try latin.text() == "b°ü")
        let wide = CharacterString(characterSet: .ucs2, octets: [0, 0x62, 0, 0xB0, 0, 0xFC])
        #expect(try wide.text() == "b°ü")
    }

    @Test(
        "refuses the others by name",
        arguments: zip([1, 2, 3, 9], ["DBCS", "JIS X 0208", "UCS-4", "9"]))
    func refused(number: UInt8, name: String) throws {
        let text = CharacterString(characterSet: CharacterSet(rawValue: number), octets: [0x41])
        #expect(
            throws: MessageError.unsupported(
                offset: 0, found: "character set \(name)", expected: "UTF-8, ISO 8859-1 or UCS-2")
        ) { try text.text() }
        let octets = TaggedValue.characters(text).encoded
        #expect(octets == [0x72, number, 0x41])
        #expect(try TaggedValue(decoding: octets) == .characters(text))
    }

    @Test("shows what it cannot read and keeps the octets")
    func replaced() throws {
        let broken = CharacterString(characterSet: .utf8, octets: [0x62, 0xFC, 0x72])
        #expect(try broken.text() == "b\u{FFFD}r")
        #expect(broken.octets == [0x62, 0xFC, 0x72])
        let odd = CharacterString(characterSet: .ucs2, octets: [0, 0x62, 0])
        #expect(try odd.text() == "b\u{FFFD}")
    }

    @Test("writes each of the three, and says where it cannot")
    func written() throws {
        for characterSet in [CharacterSet.utf8, .iso8859Part1, .ucs2] {
            let text = try #require(CharacterString("Raum °C ü", in: characterSet))
            #expect(try text.text() == "Raum °C ü")
            #expect(text.characterSet == characterSet)
        }
        #expect(CharacterString("送風", in: .iso8859Part1) == nil)
        #expect(CharacterString("A", in: .ucs4) == nil)
    }

    @Test("of the captured devices are the names that were given")
    func captured() throws {
        let names = try Capture.sound.compactMap { capture -> String? in
            guard case .message(.complexAck(let pdu))? = try applicationMessage(of: capture.bytes),
                case .readProperty(let ack)? = try? ConfirmedReply(
                    pdu.service, decoding: pdu.octets),
                ack.target.reference.property == .objectName,
                case .characters(let name)? = ack.values.first
            else { return nil }
            return try name.text()
        }
        #expect(names == ["B1006 Büro Nord °C é", "B1008 送风温度 é"])
    }
}

@Suite("BitString") struct BitStringTests {
    @Test("has its first bit on top and reads false behind its end")
    func bits() throws {
        let flags = StatusFlags(inAlarm: true, outOfService: true)
        #expect(TaggedValue.bits(flags.bits).encoded == [0x82, 0x04, 0x90])
        #expect("\(flags.bits)" == "1001")
        #expect(StatusFlags(BitString([false, true])) == StatusFlags(fault: true))
        #expect(!BitString([true])[1] && !BitString([true])[-1])
    }

    @Test("forgets what its unused bits were")
    func unused() throws {
        #expect(try TaggedValue(decoding: [0x82, 0x04, 0x9F]).encoded == [0x82, 0x04, 0x90])
    }
}

@Suite("BACnetDateTime") struct BACnetDateTimeTests {
    private func moment(
        _ year: UInt8, _ month: UInt8, _ day: UInt8, _ hour: UInt8 = 0, _ minute: UInt8 = 0,
        _ second: UInt8 = 0, _ hundredths: UInt8 = 0
    ) -> BACnetDateTime {
        BACnetDateTime(
            date: BACnetDate(yearSince1900: year, month: month, day: day, weekday: 255),
            time: BACnetTime(hour: hour, minute: minute, second: second, hundredths: hundredths))
    }

    @Test("is a moment of UTC, the offset being positive in the west")
    func moments() {
        #expect(moment(70, 1, 1).unixMilliseconds(utcOffsetMinutes: 0) == 0)
        #expect(
            moment(126, 11, 23, 5, 7).unixMilliseconds(utcOffsetMinutes: 0) == 1_795_410_420_000)
        let perth = moment(126, 11, 23, 8).unixMilliseconds(utcOffsetMinutes: -480)
        #expect(perth == moment(126, 11, 23).unixMilliseconds(utcOffsetMinutes: 0))
        let newYork = moment(126, 11, 22, 19).unixMilliseconds(utcOffsetMinutes: 300)
        #expect(newYork == moment(126, 11, 23).unixMilliseconds(utcOffsetMinutes: 0))
        #expect(moment(0, 1, 1).unixMilliseconds(utcOffsetMinutes: 0) == -2_208_988_800_000)
        #expect(moment(70, 1, 1, 0, 0, 0, 99).unixMilliseconds(utcOffsetMinutes: 0) == 990)
    }

    @Test("is none where a field is open or none of the calendar")
    func unspecified() {
        let date = BACnetDate.unspecified
        #expect(!date.isSpecific && !BACnetTime.unspecified.isSpecific)
        let open = [
            moment(255, 1, 1), moment(100, 255, 1), moment(100, 13, 1), moment(100, 1, 255),
            moment(100, 1, 32), moment(100, 0, 1), moment(100, 1, 0), moment(101, 2, 29),
            moment(0, 2, 29), moment(100, 4, 31), moment(100, 1, 1, 24), moment(100, 1, 1, 0, 60),
            moment(100, 1, 1, 0, 0, 60), moment(100, 1, 1, 255), moment(100, 1, 1, 0, 0, 0, 100),
        ]
        for time in open { #expect(time.unixMilliseconds(utcOffsetMinutes: 0) == nil, "\(time)") }
        #expect(moment(100, 2, 29).unixMilliseconds(utcOffsetMinutes: 0) == 951_782_400_000)
        #expect(moment(100, 1, 1).unixMilliseconds(utcOffsetMinutes: 100_000) == nil)
        #expect(moment(70, 1, 1, 0, 0, 0, 255).unixMilliseconds(utcOffsetMinutes: 0) == 0)
    }

    @Test("goes to the wire and back for every day it can say, weekdays in turn")
    func everyDay() throws {
        var weekday = 1  // 1900-01-01 was a Monday.
        let first = Int64(-25_567)
        for day in first..<first + 254 * 365 {
            let milliseconds = day * 86_400_000 + 45_296_780
            let time = try #require(
                BACnetDateTime(unixMilliseconds: milliseconds, utcOffsetMinutes: 0))
            #expect(time.date.weekday == weekday)
            #expect(time.unixMilliseconds(utcOffsetMinutes: 0) == milliseconds)
            weekday = weekday % 7 + 1
        }
    }

    @Test("is cut to hundredths, in the local time of its offset")
    func local() throws {
        let time = try #require(
            BACnetDateTime(unixMilliseconds: 1_795_410_420_987, utcOffsetMinutes: -480))
        #expect(
            time
                == BACnetDateTime(
                    date: BACnetDate(yearSince1900: 126, month: 11, day: 23, weekday: 1),
                    time: BACnetTime(hour: 13, minute: 7, second: 0, hundredths: 98)))
        #expect(BACnetDateTime(unixMilliseconds: .max, utcOffsetMinutes: 0) == nil)
        #expect(BACnetDateTime(unixMilliseconds: .min, utcOffsetMinutes: 0) == nil)
        #expect(BACnetDateTime(unixMilliseconds: 5_899_999_999_999, utcOffsetMinutes: 0) == nil)
    }
}

@Suite("ObjectIdentifier") struct ObjectIdentifierTests {
    @Test("has ten bits of type and twenty-two of instance")
    func bounds() {
        #expect(ObjectIdentifier(type: .device, instance: 4_194_303) != nil)
        #expect(ObjectIdentifier(type: .device, instance: 4_194_304) == nil)
        #expect(ObjectIdentifier(type: ObjectType(rawValue: 1024), instance: 1) == nil)
    }

    @Test("is spelled as dissectors spell it")
    func text() {
        #expect("\(ObjectIdentifier(.multiStateValue, 7))" == "multi-state-value,7")
        #expect("\(ObjectIdentifier(ObjectType(rawValue: 200), 7))" == "object-type 200,7")
        #expect("\(PropertyReference(.objectList, index: 3))" == "object-list[3]")
        #expect("\(ErrorReply(.property, .unknownProperty))" == "property: unknown-property")
    }
}
