// swift-tools-version: 6.3
import PackageDescription

// A service as somebody else would write it: it knows the products of Almanac and nothing else of us.
let package = Package(
    name: "service",
    dependencies: [
        .package(name: "Almanac", path: "../.."),
        // For a metrics backend; without one the product alone is enough.
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
    ],
    targets: [
        .executableTarget(
            name: "service", dependencies: [.product(name: "Almanac", package: "Almanac")]),
        // The code of docs/embedding.md, a file a section.
        .executableTarget(
            name: "guide",
            dependencies: [
                .product(name: "Almanac", package: "Almanac"),
                .product(name: "Metrics", package: "swift-metrics"),
            ]),
        .testTarget(
            name: "guideTests",
            dependencies: [
                .product(name: "Almanac", package: "Almanac"),
                .product(name: "AlmanacSimulation", package: "Almanac"),
                .product(name: "AlmanacCollector", package: "Almanac"),
            ]),
    ]
)
