"""Everything that runs git. Other packages get commits, trees and blobs from `flux.git.clone`."""
