// Supports and loads.

#include "coxa/exercise/scenario.hpp"

#include "bindings.hpp"
#include "exercises.hpp"
#include "records.hpp"

namespace coxa::python {
namespace {

void bind_supports(py::module_& m) {
  Record<Support>(
      m, "Support",
      "Where the body may push on the world; points pull never, and push within the friction cone.")
      .field("name", &Support::name)
      .field("points", &Support::points)
      .field("normal", &Support::normal)
      .field("friction", &Support::friction)
      .field("origin", &Support::origin)
      .field("path_from", &Support::path_from)
      .field("path_to", &Support::path_to)
      .finish();
  Record<SupportShare>(
      m, "SupportShare", "Share of support a in what a and b carry together along their normals.")
      .field("support_a", &SupportShare::support_a)
      .field("support_b", &SupportShare::support_b)
      .field("share", &SupportShare::share)
      .finish();
  Record<Grip>(
      m, "Grip", "A hand that holds a load; each component of force within its strength, N.")
      .field("name", &Grip::name)
      .field("hand", &Grip::hand)
      .field("load", &Grip::load)
      .field("strength", &Grip::strength)
      .finish();
  Record<Anchor>(
      m, "Anchor",
      "A body point held by the world, along each axis within a strength, N; 0 is free.")
      .field("name", &Anchor::name)
      .field("point", &Anchor::point)
      .field("strength", &Anchor::strength)
      .finish();
  m.def(
      "foot_support",
      [](const py::object& model, Side side, double friction, bool heel_on_floor) {
        return foot_support(model_of(model), side, friction, heel_on_floor);
      },
      py::arg("model"), py::arg("side"), py::arg("friction") = 0.6, py::arg("heel_on_floor") = true,
      "Sole of one foot.");
}

void bind_loads(py::module_& m) {
  // a table: one record for each kind of load
  Record<LoadShape>(m, "LoadShape", "Cylindrical part of a load along its z axis, m.")
      .field("center", &LoadShape::center)
      .field("radius", &LoadShape::radius)
      .field("length", &LoadShape::length)
      .finish();
  Record<Load>(
      m, "Load",
      "A rigid body carried by one of the person's bodies; X_BL is (rotation matrix, position).")
      .field("name", &Load::name)
      .field("carrier", &Load::carrier)
      .field("X_BL", &Load::X_BL)
      .field("mass", &Load::mass)
      .field("center_of_mass", &Load::center_of_mass)
      .field("inertia", &Load::inertia)
      .field("shapes", &Load::shapes)
      .field("hangs", &Load::hangs)
      .finish();
  Record<DumbbellSize>(m, "DumbbellSize", "Two heads on a handle, m.")
      .field("head_radius", &DumbbellSize::head_radius)
      .field("head_length", &DumbbellSize::head_length)
      .field("handle_length", &DumbbellSize::handle_length)
      .finish();
  Record<BandMaterial>(
      m, "BandMaterial", "Tension of one strand of a band, N, over its elongation.")
      .field("name", &BandMaterial::name)
      .field("elongation", &BandMaterial::elongation)
      .field("force", &BandMaterial::force)
      .finish();
  Record<Band>(m, "Band", "Elastic band between points of two bodies, lengths in m.")
      .field("name", &Band::name)
      .field("a", &Band::a)
      .field("b", &Band::b)
      .field("rest_length", &Band::rest_length)
      .field("strands", &Band::strands)
      .field("material", &Band::material)
      .field("wrap_a", &Band::wrap_a)
      .field("wrap_b", &Band::wrap_b)
      .finish();
  Record<Cable>(m, "Cable", "A weight stack of some kg that pulls a body point toward a pulley.")
      .field("name", &Cable::name)
      .field("point", &Cable::point)
      .field("anchor", &Cable::anchor)
      .field("mass", &Cable::mass)
      .field("ratio", &Cable::ratio)
      .finish();
  Record<Furniture>(m, "Furniture", "A box of the surroundings, for drawing only, m.")
      .field("name", &Furniture::name)
      .field("lower", &Furniture::lower)
      .field("upper", &Furniture::upper)
      .finish();
  m.def(
      "barbell", &barbell, py::arg("mass"), py::arg("carrier"), py::arg("p_B"),
      "Barbell of a total mass, its axis along the carrier's z, its middle at a point of the "
      "carrier.");
  m.def(
      "half_barbell", &half_barbell, py::arg("mass"), py::arg("side"), py::arg("palm"),
      py::arg("z"), "One side of a barbell that hangs from a hand, z m from the bar's middle.");
  m.def(
      "dumbbell", &dumbbell, py::arg("mass"), py::arg("palm"), py::arg("name"),
      "Dumbbell that hangs from a hand, its handle along x.");
  m.def(
      "lying_dumbbell", &lying_dumbbell, py::arg("mass"), py::arg("where"), py::arg("name"),
      "Dumbbell across a body part that carries it, its handle along the carrier's z.");
  m.def(
      "dumbbell_size", &dumbbell_size, py::arg("mass"),
      "Heads and handle of a dumbbell of cast iron, m.");
  m.def("thera_band", &thera_band, py::arg("colour"), "Elastic band of a Thera-Band colour.");
  m.def(
      "strand_tension", &strand_tension, py::arg("material"), py::arg("elongation"),
      "Tension of one strand, N; 0 where it is slack.");
}

}  // namespace

void bind_setting(py::module_& m) {
  bind_supports(m);
  bind_loads(m);
}

}  // namespace coxa::python
