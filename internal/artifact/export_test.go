package artifact

// LayerDigest gives the digest of the artifact's only layer.
func (a *Artifact) LayerDigest() string { return string(a.layer.Digest) }
