import Almanac
import AlmanacSimulation
import Foundation
import SegmentStore

/// `bench facade`: what questions to `DataManager` take, and the same questions to the engine below it
/// in the same run, in turns.
struct FacadeRun {
    private let repetitions: Int
    private static let questionCount = 20_000

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "facade", words: 0, options: ["--repetitions"])
        repetitions = try words.number("--repetitions", default: 7)
    }

    func run() throws {
        let work = TemporaryFolder.path
        try DiskUsage.makeEmpty(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        let year = try FacadeYear(at: work)
        announce("98 points of a year, \(year.sampleCount) samples; ns, best of \(repetitions)")
        announce("                                          engine      façade     ratio")
        for question in try year.questions() {
            var engine = Double.nan
            var facade = Double.nan
            for _ in 0..<repetitions {
                // The lesser of a figure and none is the figure.
                if let ask = question.engine {
                    engine = Double.minimum(engine, try average(ask, question))
                }
                facade = Double.minimum(facade, try average(question.facade, question))
            }
            row(question.name, engine, facade)
        }
        try year.close()
    }

    private func average(
        _ ask: (Int) throws -> Double, _ question: FacadeQuestion
    ) throws -> Double {
        var sum = 0.0
        let count = question.count
        let nanoseconds = try timed {
            for index in 0..<count { sum += try ask(index) }
        } then: { _ in
            guard abs(sum - question.expected) <= 1e-9 * abs(question.expected) else {
                throw WrongAnswer("\(question.name): \(sum) found, \(question.expected) expected")
            }
        }
        return Double(nanoseconds) / Double(count)
    }

    private func row(_ name: String, _ engine: Double, _ facade: Double) {
        let columns = [engine, facade, facade / engine].enumerated().map { index, figure in
            figure.isNaN
                ? "           –" : String(format: index == 2 ? "%10.2f" : "%12.0f", figure)
        }
        announce(name.padding(toLength: 36, withPad: " ", startingAt: 0) + columns.joined())
    }
}

/// One kind of question: what is asked of both, and the sum of the answers.
struct FacadeQuestion {
    let name: String
    let count: Int
    let expected: Double
    /// Nil where the engine has no such question.
    let engine: ((Int) throws -> Double)?
    let facade: (Int) throws -> Double
}
