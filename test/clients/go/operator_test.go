package clients

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	applymetav1 "k8s.io/client-go/applyconfigurations/meta/v1"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const finalizer = "example.com/cleanup"

// Widget is the part of the kind that the operator knows.
type Widget struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              struct {
		Color    string `json:"color,omitempty"`
		Replicas int32  `json:"replicas,omitempty"`
	} `json:"spec"`
	Status struct {
		Replicas   int32              `json:"replicas,omitempty"`
		Conditions []metav1.Condition `json:"conditions,omitempty"`
	} `json:"status,omitempty"`
}

type WidgetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Widget `json:"items"`
}

func (w *Widget) DeepCopyObject() runtime.Object {
	copied := *w
	w.ObjectMeta.DeepCopyInto(&copied.ObjectMeta)
	copied.Status.Conditions = append([]metav1.Condition(nil), w.Status.Conditions...)
	return &copied
}

func (l *WidgetList) DeepCopyObject() runtime.Object {
	copied := *l
	copied.Items = make([]Widget, len(l.Items))
	for index := range l.Items {
		copied.Items[index] = *l.Items[index].DeepCopyObject().(*Widget)
	}
	return &copied
}

// operator keeps a ConfigMap with the color of each Widget, and leaves a note when a Widget goes.
type operator struct {
	client.Client
}

func (o *operator) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var widget Widget
	if err := o.Get(ctx, request.NamespacedName, &widget); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !widget.DeletionTimestamp.IsZero() {
		note := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: widget.Namespace, Name: widget.Name + "-was-here"}}
		if err := o.Create(ctx, note); err != nil && !errors.IsAlreadyExists(err) {
			return ctrl.Result{}, err
		}
		if controllerutil.RemoveFinalizer(&widget, finalizer) {
			return ctrl.Result{}, client.IgnoreNotFound(o.Update(ctx, &widget))
		}
		return ctrl.Result{}, nil
	}
	if controllerutil.AddFinalizer(&widget, finalizer) {
		return ctrl.Result{}, o.Update(ctx, &widget)
	}
	owner := applymetav1.OwnerReference().WithAPIVersion("example.com/v1").WithKind("Widget").WithName(widget.Name).
		WithUID(widget.UID).WithController(true).WithBlockOwnerDeletion(true)
	child := applycorev1.ConfigMap(widget.Name, widget.Namespace).WithOwnerReferences(owner).
		WithData(map[string]string{"color": widget.Spec.Color})
	if err := o.Apply(ctx, child, client.FieldOwner("operator"), client.ForceOwnership); err != nil {
		return ctrl.Result{}, err
	}
	before := widget.DeepCopyObject().(*Widget)
	widget.Status.Replicas = widget.Spec.Replicas
	meta.SetStatusCondition(&widget.Status.Conditions, metav1.Condition{
		Type: "Ready", Status: metav1.ConditionTrue, Reason: "Painted", ObservedGeneration: widget.Generation,
	})
	return ctrl.Result{}, o.Status().Patch(ctx, &widget, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
}

// startOperator runs a manager for one namespace until the test ends, and returns its cached client and one without a cache.
func startOperator(t *testing.T, namespace string) (cached, direct client.Client) {
	t.Helper()
	log.SetLogger(logr.Discard())
	scheme := runtime.NewScheme()
	must(t, clientgoscheme.AddToScheme(scheme))
	group := schema.GroupVersion{Group: "example.com", Version: "v1"}
	scheme.AddKnownTypes(group, &Widget{}, &WidgetList{})
	metav1.AddToGroupVersion(scheme, group)

	skip := true
	configuration := configuration(t)
	manager, err := ctrl.NewManager(configuration, ctrl.Options{
		Scheme:                        scheme,
		Cache:                         cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		Controller:                    config.Controller{SkipNameValidation: &skip},
		Metrics:                       server.Options{BindAddress: "0"},
		LeaderElection:                true,
		LeaderElectionID:              "operator",
		LeaderElectionNamespace:       namespace,
		LeaderElectionReleaseOnCancel: true,
	})
	must(t, err)
	must(t, manager.GetFieldIndexer().IndexField(t.Context(), &Widget{}, "color", func(object client.Object) []string {
		return []string{object.(*Widget).Spec.Color}
	}))
	must(t, ctrl.NewControllerManagedBy(manager).For(&Widget{}).Owns(&corev1.ConfigMap{}).Complete(&operator{manager.GetClient()}))
	direct, err = client.New(configuration, client.Options{Scheme: scheme})
	must(t, err)

	// The context of the test ends before its cleanup begins, for which the operator is still needed.
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(ctx) }()
	t.Cleanup(func() {
		// What the finalizers hold has to be gone before nobody is there to let it go.
		must(t, direct.DeleteAllOf(context.Background(), &Widget{}, client.InNamespace(namespace)))
		err := wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, 10*time.Second, true, func(ctx context.Context) (bool, error) {
			var left WidgetList
			err := direct.List(ctx, &left, client.InNamespace(namespace))
			return len(left.Items) == 0, err
		})
		cancel()
		must(t, err)
		must(t, <-ended)
	})
	return manager.GetClient(), direct
}

func newWidget(namespace, name, color string) *Widget {
	widget := &Widget{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	widget.Spec.Color = color
	return widget
}

func TestOperatorKeepsWhatItsObjectOwns(t *testing.T) {
	namespace := newNamespace(t)
	cached, direct := startOperator(t, namespace)
	widget := newWidget(namespace, "w", "red")
	must(t, direct.Create(t.Context(), widget))
	key := client.ObjectKeyFromObject(widget)

	child := &corev1.ConfigMap{}
	childHas := func(color string) func(context.Context) (bool, error) {
		return func(ctx context.Context) (bool, error) {
			err := direct.Get(ctx, key, child)
			return err == nil && child.Data["color"] == color, client.IgnoreNotFound(err)
		}
	}
	eventually(t, "the child is made", childHas("red"))
	equal(t, "its owner", child.OwnerReferences[0].UID, widget.UID)

	must(t, direct.Delete(t.Context(), child))
	eventually(t, "the child is made again", childHas("red"))

	child.Data["color"] = "vandalized"
	must(t, direct.Update(t.Context(), child))
	eventually(t, "the child is repaired", childHas("red"))

	must(t, direct.Get(t.Context(), key, widget))
	widget.Spec.Color = "green"
	must(t, direct.Update(t.Context(), widget))
	eventually(t, "the child follows", childHas("green"))
	eventually(t, "the cache knows that it is ready", func(ctx context.Context) (bool, error) {
		err := cached.Get(ctx, key, widget)
		ready := meta.FindStatusCondition(widget.Status.Conditions, "Ready")
		return ready != nil && ready.ObservedGeneration == widget.Generation, err
	})
}

func TestOperatorCleansUpBeforeItsObjectGoes(t *testing.T) {
	namespace := newNamespace(t)
	_, direct := startOperator(t, namespace)
	widget := newWidget(namespace, "w", "blue")
	must(t, direct.Create(t.Context(), widget))
	key := client.ObjectKeyFromObject(widget)
	eventually(t, "the child is made", func(ctx context.Context) (bool, error) {
		err := direct.Get(ctx, key, &corev1.ConfigMap{})
		return err == nil, client.IgnoreNotFound(err)
	})
	must(t, direct.Delete(t.Context(), widget, client.PropagationPolicy(metav1.DeletePropagationForeground)))
	eventually(t, "the object is gone", func(ctx context.Context) (bool, error) {
		err := direct.Get(ctx, key, widget)
		return errors.IsNotFound(err), client.IgnoreNotFound(err)
	})
	err := direct.Get(t.Context(), key, &corev1.ConfigMap{})
	equal(t, "what it owned went before it", errors.IsNotFound(err), true)
	must(t, direct.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "w-was-here"}, &corev1.ConfigMap{}))
}

func TestCacheAnswersByIndexAndLabel(t *testing.T) {
	namespace := newNamespace(t)
	cached, direct := startOperator(t, namespace)
	for index, color := range []string{"red", "green", "red"} {
		widget := newWidget(namespace, fmt.Sprintf("w-%d", index), color)
		widget.Labels = map[string]string{"color": color}
		must(t, direct.Create(t.Context(), widget))
	}
	for _, option := range []client.ListOption{client.MatchingFields{"color": "red"}, client.MatchingLabels{"color": "red"}} {
		eventually(t, "two are red", func(ctx context.Context) (bool, error) {
			var red WidgetList
			err := cached.List(ctx, &red, client.InNamespace(namespace), option)
			return len(red.Items) == 2, err
		})
	}
	var red WidgetList
	must(t, direct.List(t.Context(), &red, client.InNamespace(namespace), client.MatchingFields{"spec.color": "red"}))
	equal(t, "red by the server's selector", len(red.Items), 2)
}

func TestCreateOrUpdateTellsWhatItDid(t *testing.T) {
	namespace := newNamespace(t)
	direct, err := client.New(configuration(t), client.Options{})
	must(t, err)
	settings := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "settings"}}
	for _, step := range []struct {
		value string
		want  controllerutil.OperationResult
	}{{"1", controllerutil.OperationResultCreated}, {"1", controllerutil.OperationResultNone}, {"2", controllerutil.OperationResultUpdated}} {
		result, err := controllerutil.CreateOrUpdate(t.Context(), direct, settings, func() error {
			settings.Data = map[string]string{"a": step.value}
			return nil
		})
		must(t, err)
		equal(t, "result", result, step.want)
	}
	dry := client.NewDryRunClient(direct)
	settings.Data["a"] = "3"
	must(t, dry.Update(t.Context(), settings))
	must(t, direct.Get(t.Context(), client.ObjectKeyFromObject(settings), settings))
	equal(t, "after a dry run", settings.Data["a"], "2")
}
