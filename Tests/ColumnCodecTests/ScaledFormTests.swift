import Testing

@testable import ColumnCodec

@Suite("ScaledForm") struct ScaledFormTests {
    @Test("divides, so that decimals are those that were written") func division() {
        let form = ScaledForm(exponent: 1, isFloat: false)
        #expect(form.value(of: 3) == 0.3)
        #expect(form.value(of: -1) == -0.1)
        #expect(ScaledForm(exponent: 5, isFloat: true).value(of: 7_230_000) == 72.30000305175781)
    }

    @Test("finds the integer behind every value it makes", arguments: 0...15)
    func integers(_ exponent: Int) {
        var random = SeededGenerator(seed: UInt64(exponent))
        let form = ScaledForm(exponent: exponent, isFloat: false)
        let edges: [Int64] = [0, 1, -1, ScaledForm.integerMax, -ScaledForm.integerMax]
        let others = (0..<200).map {
            Int64.random(in: -(1 << 49)...1 << 49, using: &random) >> ($0 % 48)
        }
        for k in edges + others {
            let found = ScaleKernels.integer(of: form.value(of: k), form.divisor, isFloat: false)
            #expect(found == k)
        }
    }

    @Test("finds none for what a decimal is not") func none() {
        for value in [
            -0.0, .nan, .infinity, -.infinity, 0.1.nextUp, 3 * .leastNonzeroMagnitude, 1e300,
        ] {
            #expect(ScaleKernels.integer(of: value, 10, isFloat: false) == ScaleKernels.exception)
            #expect(ScaleKernels.integer(of: value, 10, isFloat: true) == ScaleKernels.exception)
        }
        let beyond = Double(ScaledForm.integerMax + 1)
        #expect(ScaleKernels.integer(of: beyond, 1, isFloat: false) == ScaleKernels.exception)
    }

    @Test("is one byte, whose two high bits are zero") func byte() throws {
        for byte in 0...UInt8.max {
            if byte < 64 {
                #expect(try ScaledForm(byte: byte).byte == byte)
            } else {
                #expect(throws: CodecError.self) { try ScaledForm(byte: byte) }
            }
        }
    }

    @Test("floats stand in the order of their places") func order() {
        let floats: [Float] = [
            -.infinity, -1, -.leastNonzeroMagnitude, -0.0, 0, 1e-30, 1, .infinity,
        ]
        let orders = floats.map(\.order)
        #expect(orders == orders.sorted() && Set(orders).count == orders.count)
        #expect((-0.0 as Float).order == -1)
        for float in floats { #expect(Float(order: float.order).bitPattern == float.bitPattern) }
    }
}
