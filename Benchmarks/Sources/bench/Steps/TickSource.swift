/// Points that are all collected at the same moments, after the end of what a store holds.
protocol TickSource {
    var keys: [SeriesKey] { get }

    func time(of tick: Int) -> Int64
    func values(of tick: Int) -> [Double]
}
