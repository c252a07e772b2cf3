import Foundation
import Testing

@testable import BuildingSimulation

@Suite("Curve") struct CurveTests {
    @Test("has a sine as good as the library's") func sine() {
        for step in -4000...4000 {
            let turns = Double(step) / 777
            #expect(abs(Curve.sine(turns: turns) - sin(turns * 2 * .pi)) < 1e-10)
            #expect(abs(Curve.cosine(turns: turns) - cos(turns * 2 * .pi)) < 1e-10)
        }
    }
}
