import BuildingModel
import Testing

@Suite("StateTexts") struct StateTextsTests {
    @Test("names 0 and 1, and nothing else") func texts() {
        let texts = StateTexts(inactive: "stop", active: "start")
        #expect(texts.text(of: 0) == "stop")
        #expect(texts.text(of: 1) == "start")
        #expect(texts.text(of: 0.5) == nil)
        #expect(texts.text(of: .nan) == nil)
    }
}
