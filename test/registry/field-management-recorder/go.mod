module datum-local/field-management-recorder

go 1.24.0

require (
	k8s.io/apiextensions-apiserver v0.34.1
	k8s.io/apimachinery v0.34.1
	sigs.k8s.io/structured-merge-diff/v6 v6.3.0
)
