import BuildingModel
import Testing
import TimeSeriesModel

@Suite("State texts of a profile") struct StateTextTests {
    let profile = PointProfile(stateTexts: ["off", "on", ""])

    @Test("count from 0 for digital points and from 1 for multistate points") func numbering() {
        #expect(profile.stateText(of: 0, dataType: .digital) == "off")
        #expect(profile.stateText(of: 1, dataType: .digital) == "on")
        #expect(profile.stateText(of: 1, dataType: .multistate) == "off")
        #expect(profile.stateText(of: 2, dataType: .multistate) == "on")
    }

    @Test(
        "are none for analog points and for values that name no text",
        arguments: [
            -1, 0.5, 2, 3, .infinity, .nan, 1e300, -.greatestFiniteMagnitude,
        ])
    func none(value: Double) {
        #expect(profile.stateText(of: value, dataType: .digital) == nil)
        #expect(profile.stateText(of: 1, dataType: .analog) == nil)
        #expect(profile.stateText(of: 0, dataType: .multistate) == nil)
        #expect(PointProfile().stateText(of: 1, dataType: .digital) == nil)
    }
}
