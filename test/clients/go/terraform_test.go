package clients

import (
	"encoding/json"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

// Terraform's kubernetes provider cannot be had as a Go module in a version that knows kubernetes_manifest. What it sends
// to plan and apply one is sent here in its order, with the libraries that it uses, and what it needs of the answers is looked for.

// definition is what the provider reads of OpenAPI version 2.
type definition struct {
	Kinds []struct {
		Group, Version, Kind string
	} `json:"x-kubernetes-group-version-kind"`
	Type                 string                `json:"type"`
	Reference            string                `json:"$ref"`
	Properties           map[string]definition `json:"properties"`
	Items                *definition           `json:"items"`
	AdditionalProperties any                   `json:"additionalProperties"`
}

func readDefinitions(t *testing.T, client rest.Interface) map[string]definition {
	t.Helper()
	text, err := client.Get().AbsPath("openapi", "v2").SetHeader("Accept", "application/json").DoRaw(t.Context())
	must(t, err)
	var document struct{ Definitions map[string]definition }
	must(t, json.Unmarshal(text, &document))
	return document.Definitions
}

// schemaOf finds the definition of a kind by the extension that names it.
func schemaOf(t *testing.T, definitions map[string]definition, kind schema.GroupVersionKind) definition {
	t.Helper()
	for _, each := range definitions {
		for _, named := range each.Kinds {
			if named.Group == kind.Group && named.Version == kind.Version && named.Kind == kind.Kind {
				return each
			}
		}
	}
	t.Fatalf("no definition of %v", kind)
	return definition{}
}

// resolve follows references until there is a type for every field, as the provider does to make its own types.
func resolve(t *testing.T, definitions map[string]definition, at definition, path string, depth int) int {
	t.Helper()
	if depth > 30 {
		return 0
	}
	if at.Reference != "" {
		name := strings.TrimPrefix(at.Reference, "#/definitions/")
		target, found := definitions[name]
		if !found {
			t.Fatalf("%s refers to %s, which is not there", path, at.Reference)
		}
		return resolve(t, definitions, target, path, depth+1)
	}
	fields := 1
	for name, property := range at.Properties {
		fields += resolve(t, definitions, property, path+"."+name, depth+1)
	}
	if at.Items != nil {
		fields += resolve(t, definitions, *at.Items, path+"[]", depth+1)
	}
	return fields
}

func TestTerraformPlansAndAppliesManifests(t *testing.T) {
	config := configuration(t)
	namespace := newNamespace(t)
	found := discovery.NewDiscoveryClientForConfigOrDie(config)

	// When it is configured, it looks whether its credentials are good for anything.
	_, err := found.RESTClient().Get().AbsPath("/apis").DoRaw(t.Context())
	must(t, err)
	definitions := readDefinitions(t, found.RESTClient())

	for _, manifest := range []string{
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"},"data":{"a":"1"}}`,
		`{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"ports":[{"name":"http","port":80}]}}`,
		`{"apiVersion":"networking.datumapis.com/v1alpha","kind":"Network","metadata":{"name":"n"},"spec":{"ipam":{"mode":"Auto"}}}`,
	} {
		object := &unstructured.Unstructured{}
		must(t, object.UnmarshalJSON([]byte(manifest)))
		object.SetNamespace(namespace)
		kind := object.GroupVersionKind()
		t.Run(kind.Kind, func(t *testing.T) {
			// Plan: the kind becomes a resource, its schema types, and a dry run says what would be.
			mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(found))
			mapping, err := mapper.RESTMapping(kind.GroupKind(), kind.Version)
			must(t, err)
			if fields := resolve(t, definitions, schemaOf(t, definitions, kind), kind.Kind, 0); fields < 5 {
				t.Fatalf("%v has %d fields only", kind, fields)
			}
			client := dynamic.NewForConfigOrDie(config).Resource(mapping.Resource).Namespace(namespace)
			body, err := object.MarshalJSON()
			must(t, err)
			force := false
			options := metav1.PatchOptions{FieldManager: "Terraform", Force: &force}
			planned, err := client.Patch(t.Context(), object.GetName(), types.ApplyPatchType, body, metav1.PatchOptions{
				FieldManager: options.FieldManager, Force: &force, DryRun: []string{metav1.DryRunAll},
			})
			must(t, err)
			_, err = client.Get(t.Context(), object.GetName(), metav1.GetOptions{})
			equal(t, "nothing was made by the plan", err != nil, true)

			// Apply, twice: what it read back is what it planned.
			for range 2 {
				applied, err := client.Patch(t.Context(), object.GetName(), types.ApplyPatchType, body, options)
				must(t, err)
				read, err := client.Get(t.Context(), object.GetName(), metav1.GetOptions{})
				must(t, err)
				equal(t, "spec", inJSON(t, read.Object["spec"]), inJSON(t, planned.Object["spec"]))
				equal(t, "generation", applied.GetGeneration() <= 1, true)
			}

			// Destroy.
			must(t, client.Delete(t.Context(), object.GetName(), metav1.DeleteOptions{}))
		})
	}
}

func TestTerraformReadsTheSchemaOfACustomKindFromItsDefinition(t *testing.T) {
	definitions := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	list, err := dynamic.NewForConfigOrDie(configuration(t)).Resource(definitions).List(t.Context(), metav1.ListOptions{})
	must(t, err)
	for _, each := range list.Items {
		group, _, _ := unstructured.NestedString(each.Object, "spec", "group")
		kind, _, _ := unstructured.NestedString(each.Object, "spec", "names", "kind")
		if group == "networking.datumapis.com" && kind == "Network" {
			versions, _, err := unstructured.NestedSlice(each.Object, "spec", "versions")
			must(t, err)
			_, found, err := unstructured.NestedMap(versions[0].(map[string]any), "schema", "openAPIV3Schema", "properties", "spec")
			must(t, err)
			equal(t, "schema", found, true)
			return
		}
	}
	t.Fatal("no definition of Network")
}

func inJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	must(t, err)
	return string(text)
}
