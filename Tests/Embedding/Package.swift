// swift-tools-version: 6.3
import PackageDescription

// A service as somebody else would write it: it knows the product Almanac and nothing else of us.
let package = Package(
    name: "service",
    dependencies: [.package(name: "Almanac", path: "../..")],
    targets: [
        .executableTarget(
            name: "service", dependencies: [.product(name: "Almanac", package: "Almanac")])
    ]
)
