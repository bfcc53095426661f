"""All that runs git. Every other room gets commits, trees and blobs from `flux.git.clone`."""
